import Glibc
import SystemPackage

extension File {
    /// Whether the path leads to a regular file that this process may execute.
    package static func isProgram(_ path: FilePath) -> Bool {
        var status = stat()
        return stat(path.string, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path.string, X_OK) == 0
    }

    /// The program that a name stands for, as a shell looks for it.
    ///
    /// - Parameter searchPath: what `PATH` says; only its absolute folders count.
    package static func program(_ name: String, in searchPath: String) -> FilePath? {
        searchPath.split(separator: ":").lazy.map { FilePath(String($0)) }
            .first { $0.isAbsolute && isProgram($0.appending(name)) }?.appending(name)
    }

    /// Reads the first bytes of a file; fewer if it is shorter.
    package static func beginning(of path: FilePath, count: Int) throws(Errno) -> [UInt8] {
        let descriptor = try caught { try FileDescriptor.open(path, .readOnly, options: .closeOnExec) }
        defer { try? descriptor.close() }
        return try read(descriptor, limit: count)
    }

    /// Which file a path leads to, and as of when: a file that was changed or replaced has another identity.
    package struct Identity: Hashable, Sendable {
        package let path: FilePath
        private let device: UInt64
        private let inode: UInt64
        /// In bytes.
        private let size: Int64
        /// The time of the last change (`st_ctim`), which no program can set back, in seconds and nanoseconds.
        private let seconds: Int64
        private let nanoseconds: Int64

        /// - Throws: the error of stat(2).
        package init(_ path: FilePath) throws(Errno) {
            var status = stat()
            guard stat(path.string, &status) == 0 else { throw Errno(rawValue: errno) }
            self.path = path
            device = UInt64(status.st_dev)
            inode = UInt64(status.st_ino)
            size = Int64(status.st_size)
            seconds = Int64(status.st_ctim.tv_sec)
            nanoseconds = Int64(status.st_ctim.tv_nsec)
        }
    }
}

extension File.Identity: CustomStringConvertible {
    /// All of it in one line, the path last; equal lines are equal identities.
    package var description: String { "\(device) \(inode) \(size) \(seconds) \(nanoseconds) \(path)" }
}
