import DockerModel
import Glibc
import Linux
import Rules
import SystemPackage

/// Reads the files of a release from the app's folder, and follows no symbolic link on the way.
///
/// The folder belongs to CI's user, who may change it meanwhile: each name is opened below the folder that is open already.
struct FolderReader {
    /// What is in the folder at the paths of a release.
    struct Found: Sendable {
        var snapshot = Snapshot()
        /// What is there and is not read.
        var foreign: [Foreign] = []
        /// The roots that are not there.
        var missing: [ReleasePath] = []
        /// The bytes and files below each root, also of what was not read any more.
        var sizes: [ReleasePath: (bytes: Int, files: Int)] = [:]
        /// False if there is more than the limits allow; then not all is in the snapshot.
        var isComplete: Bool { !foreign.contains { $0.reason == .tooMuch } }
    }

    private let scope: FileScope
    private let limits: FileLimits
    private var found = Found()
    private var root = ReleasePath()
    private var bytes = 0
    private var files = 0

    /// - Throws: if the app's folder cannot be opened.
    static func read(_ folder: FilePath, _ scope: FileScope, _ limits: FileLimits) throws(Errno) -> Found {
        var reader = FolderReader(scope: scope, limits: limits)
        let top = try File.openFolder(folder)
        defer { try? top.close() }
        for root in scope.roots {
            reader.root = root
            reader.find(root.components[...], ReleasePath(), top.rawValue, top.rawValue, links: 0)
        }
        return reader.found
    }

    private init(scope: FileScope, limits: FileLimits) {
        (self.scope, self.limits) = (scope, limits)
    }

    /// Goes along the path to a root, and reads what is there.
    ///
    /// - Parameters:
    ///   - rest: the names that are left, below `path`, which is open as `folder`.
    ///   - top: the app's folder.
    ///   - links: how many symbolic links were on the way.
    private mutating func find(
        _ rest: ArraySlice<String>,
        _ path: ReleasePath,
        _ folder: CInt,
        _ top: CInt,
        links: Int
    ) {
        guard let name = rest.first else { return list(path, folder) }
        let next = path.appending(name)
        guard let status = Self.status(name, folder) else { return found.missing.append(root) }
        if status.isLink {
            addLink(next, name, folder, status)
            guard links < 20, case .link(let target)? = found.snapshot[next]?.content,
                let inside = path.resolving(target)
            else { return }
            let components = inside.components + rest.dropFirst()
            return find(components[...], ReleasePath(), top, top, links: links + 1)
        }
        guard status.isFolder else {
            if rest.count == 1 { add(next, name, folder, status) }
            return
        }
        enter(next, name, folder, status) { reader, inner in
            reader.find(rest.dropFirst(), next, inner, top, links: links)
        }
    }

    /// Reads all that is in a folder.
    private mutating func list(_ path: ReleasePath, _ folder: CInt) {
        let copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let stream = fdopendir(copy) else { return leave(path, .unreadable) }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name != ".", name != ".." else { continue }
            // Enough to tell that it is too much.
            guard files + found.foreign.count < 10 * limits.files else { return leave(path, .tooMuch) }
            let next = path.appending(name)
            guard let status = Self.status(name, folder) else {
                leave(next, .unreadable)
                continue
            }
            if status.isFolder, !scope.leaves(next) {
                enter(next, name, folder, status) { reader, inner in reader.list(next, inner) }
            } else {
                add(next, name, folder, status)
            }
        }
    }

    private mutating func enter(
        _ path: ReleasePath,
        _ name: String,
        _ folder: CInt,
        _ status: stat,
        _ body: (inout FolderReader, CInt) -> Void
    ) {
        // Each level keeps a descriptor open.
        guard path.components.count <= 64 else { return leave(path, .tooDeep) }
        let inner = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard inner >= 0 else { return leave(path, .unreadable) }
        defer { close(inner) }
        found.snapshot.add(Snapshot.Entry(path, .folder, status))
        files += 1
        body(&self, inner)
    }

    private mutating func add(_ path: ReleasePath, _ name: String, _ folder: CInt, _ status: stat) {
        if scope.leaves(path) { return leave(path, .server) }
        if status.isLink { return addLink(path, name, folder, status) }
        guard status.isFile else { return leave(path, .special) }
        files += 1
        let total = found.sizes[root] ?? (0, 0)
        found.sizes[root] = (total.bytes + status.size, total.files + 1)
        guard bytes + status.size <= limits.bytes, files <= limits.files else { return leave(path, .tooMuch) }
        do throws(Errno) {
            // A pipe that has just taken the file's place must not block.
            let raw = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            guard raw >= 0 else { throw Errno(rawValue: errno) }
            let file = FileDescriptor(rawValue: raw)
            defer { try? file.close() }
            let content = try File.read(file, limit: limits.bytes + 1)
            guard bytes + content.count <= limits.bytes else { return leave(path, .tooMuch) }
            bytes += content.count
            if Self.isPrivateKey(content) { return leave(path, .key) }
            found.snapshot.add(Snapshot.Entry(path, .file(content), status))
        } catch {
            leave(path, .unreadable)
        }
    }

    private mutating func addLink(_ path: ReleasePath, _ name: String, _ folder: CInt, _ status: stat) {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlinkat(folder, name, &buffer, buffer.count)
        guard count > 0 else { return leave(path, .unreadable) }
        let target = String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard !target.hasPrefix("/"), path.parent.resolving(target) != nil else {
            return leave(path, .link)
        }
        files += 1
        found.snapshot.add(Snapshot.Entry(path, .link(target), status))
    }

    private mutating func leave(_ path: ReleasePath, _ reason: Foreign.Reason) {
        found.foreign.append(Foreign(path: path, reason: reason))
    }

    private static func status(_ name: String, _ folder: CInt) -> stat? {
        var status = stat()
        return fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? status : nil
    }

    /// A key in PEM form that berth happens to be able to read is a secret of the server all the same.
    private static func isPrivateKey(_ content: [UInt8]) -> Bool {
        content.starts(with: Array("-----BEGIN".utf8))
            && String(decoding: content, as: UTF8.self).contains("PRIVATE KEY-----")
    }
}

extension stat {
    fileprivate var isFile: Bool { st_mode & S_IFMT == S_IFREG }
    fileprivate var isFolder: Bool { st_mode & S_IFMT == S_IFDIR }
    fileprivate var isLink: Bool { st_mode & S_IFMT == S_IFLNK }
    /// At most a tebibyte: a sparse file may be so big that two of them have no sum.
    fileprivate var size: Int { Int(st_size).bounded(to: 0...1 << 40) }
}

extension Snapshot.Entry {
    fileprivate init(_ path: ReleasePath, _ content: Content, _ status: stat) {
        self.init(
            path: path,
            content: content,
            mode: status.st_mode & 0o7777,
            owner: status.st_uid,
            group: status.st_gid,
            modified: Int64(status.st_mtim.tv_sec)
        )
    }
}
