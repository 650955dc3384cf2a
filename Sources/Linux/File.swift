import Glibc
import SystemPackage

/// Reads whole files, and replaces them atomically.
package enum File {
    /// Reads a file whole.
    ///
    /// - Throws: the error of open(2) or read(2).
    package static func read(_ path: FilePath) throws(Errno) -> [UInt8] {
        let descriptor = try caught { try FileDescriptor.open(path, .readOnly, options: .closeOnExec) }
        defer { try? descriptor.close() }
        return try read(descriptor, limit: .max)
    }

    /// Reads a regular file whole, and never waits for another process.
    ///
    /// - Throws: the error of open(2) or read(2); `Errno.fileTooLarge` beyond the limit, in bytes; `Errno.invalidArgument`
    ///   if it is no regular file.
    package static func readRegular(_ path: FilePath, limit: Int) throws(Errno) -> [UInt8] {
        let descriptor = try caught {
            try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
        }
        defer { try? descriptor.close() }
        var status = stat()
        guard fstat(descriptor.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .invalidArgument }
        let bytes = try read(descriptor, limit: limit + 1)
        guard bytes.count <= limit else { throw .fileTooLarge }
        return bytes
    }

    /// Reads at most `limit` bytes from the descriptor's current position.
    ///
    /// - Parameter time: how long the end, or the limit, may take to come; nil for as long as it takes.
    /// - Throws: `Errno.timedOut` if it did not come in time.
    package static func read(
        _ descriptor: FileDescriptor,
        limit: Int,
        within time: Duration? = nil
    ) throws(Errno) -> [UInt8] {
        let deadline = time.map { ContinuousClock.now + $0 }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 * 1024)
        while bytes.count < limit {
            if let deadline { try awaitBytes(of: descriptor, until: deadline) }
            let count = try caught { () throws -> Int in
                try chunk.withUnsafeMutableBytes { buffer in
                    try descriptor.read(
                        into: UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(limit - bytes.count))
                    )
                }
            }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        return bytes
    }

    /// Waits until a read would not wait (poll(2)).
    private static func awaitBytes(
        of descriptor: FileDescriptor,
        until deadline: ContinuousClock.Instant
    ) throws(Errno) {
        var waiting = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        while true {
            let rest = max(.zero, deadline - .now)
            let count = poll(&waiting, 1, CInt(clamping: Int(rest / .milliseconds(1))))
            if count > 0 { return }
            guard count < 0 else { throw .timedOut }
            guard errno == EINTR else { throw Errno(rawValue: errno) }
        }
    }

    /// Replaces a file atomically: a reader finds the old or the new content, even after a power failure.
    ///
    /// When this returns, the bytes and the name are on the disk (fsync(2), rename(2)).
    package static func replace(_ path: FilePath, with bytes: [UInt8], mode: FilePermissions) throws(Errno) {
        let name = path.string
        let draft = name + ".new"
        let options: FileDescriptor.OpenOptions = [.create, .truncate, .closeOnExec, .noFollow]
        let file = try caught {
            try draft.withCString { try FileDescriptor.open($0, .writeOnly, options: options, permissions: mode) }
        }
        do {
            try caught {
                try file.closeAfter {
                    try file.writeAll(bytes)
                    try publish(file, draft, as: name)
                }
            }
        } catch {
            // A disk that is full needs the room.
            unlink(draft)
            throw error
        }
    }

    /// Gives a file that is whole its final name; the bytes and the name are on the disk when this returns.
    static func publish(_ file: FileDescriptor, _ draft: String, as name: String) throws(Errno) {
        try synchronise(file)
        guard rename(draft, name) == 0 else { throw Errno(rawValue: errno) }
        let parent = try openFolder(FilePath(name.lastIndex(of: "/").map { String(name[...$0]) } ?? "."))
        try caught { try parent.closeAfter { try synchronise(parent) } }
    }

    /// Makes a folder and its missing parents; leaves an existing folder as it is.
    package static func makeFolder(_ path: FilePath, mode: FilePermissions) throws(Errno) {
        guard mkdir(path.string, mode.rawValue) != 0 else { return }
        switch Errno(rawValue: errno) {
        case .fileExists: return
        case .noSuchFileOrDirectory where path.components.count > 1:
            try makeFolder(path.removingLastComponent(), mode: mode)
            try makeFolder(path, mode: mode)
        case let error: throw error
        }
    }

    /// Makes a folder that its owner alone can enter (mkdtemp(3)), with a name that begins like this.
    package static func makePrivateFolder(in parent: FilePath, _ prefix: String) throws(Errno) -> FilePath {
        var template = Array(parent.appending("\(prefix)XXXXXX").string.utf8CString)
        let isMade = template.withUnsafeMutableBufferPointer { $0.baseAddress.flatMap { mkdtemp($0) } != nil }
        guard isMade else { throw Errno(rawValue: errno) }
        return FilePath(platformString: template)
    }

    /// Removes a folder and the files in it, as far as that is possible.
    package static func removePrivateFolder(_ folder: FilePath) {
        for name in (try? names(in: folder)) ?? [] { unlink(folder.appending(name).string) }
        rmdir(folder.string)
    }

    /// The names in a folder, unsorted, without `.` and `..`.
    package static func names(in folder: FilePath) throws(Errno) -> [String] {
        guard let stream = opendir(folder.string) else { throw Errno(rawValue: errno) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Whether there is a file of that name, also one that cannot be read.
    package static func exists(_ path: FilePath) -> Bool {
        access(path.string, F_OK) == 0 || errno != ENOENT
    }

    /// Opens a folder, to lock it or to sync its entries to the disk.
    package static func openFolder(_ path: FilePath) throws(Errno) -> FileDescriptor {
        try caught { try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .directory]) }
    }

    /// Writes a file in place; a reader may find a part of it, and a power failure may lose it.
    package static func write(_ bytes: [UInt8], to path: FilePath, mode: FilePermissions) throws(Errno) {
        try put(bytes, in: path, .truncate, mode)
    }

    /// Appends bytes to a file in one write; creates the file if it is missing.
    package static func append(_ bytes: [UInt8], to path: FilePath, mode: FilePermissions) throws(Errno) {
        try put(bytes, in: path, .append, mode)
    }

    private static func put(
        _ bytes: [UInt8],
        in path: FilePath,
        _ option: FileDescriptor.OpenOptions,
        _ mode: FilePermissions
    ) throws(Errno) {
        try caught {
            let options: FileDescriptor.OpenOptions = [.create, .closeOnExec, .noFollow, option]
            let file = try FileDescriptor.open(path, .writeOnly, options: options, permissions: mode)
            _ = try file.closeAfter { try file.writeAll(bytes) }
        }
    }

    /// Removes a file; false if that is not possible.
    package static func remove(_ path: FilePath) -> Bool { unlink(path.string) == 0 }

    /// The size of a file in bytes.
    package static func size(_ path: FilePath) throws(Errno) -> Int64 {
        var status = stat()
        guard stat(path.string, &status) == 0 else { throw Errno(rawValue: errno) }
        return Int64(status.st_size)
    }

    private static func synchronise(_ descriptor: FileDescriptor) throws(Errno) {
        guard fsync(descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }

    /// swift-system throws only `Errno`, but its signatures do not say so.
    @discardableResult
    static func caught<Value>(_ body: () throws -> Value) throws(Errno) -> Value {
        do {
            return try body()
        } catch let error as Errno {
            throw error
        } catch {
            throw .ioError
        }
    }
}
