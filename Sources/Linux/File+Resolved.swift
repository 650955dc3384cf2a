import Glibc
import SystemPackage

extension File {
    /// The place that a path leads to, with `..` taken out first, as Compose does, and each symbolic link followed.
    ///
    /// What does not exist yet counts as a plain name.
    ///
    /// - Throws: the error of realpath(3), if the path cannot be followed.
    package static func resolved(_ path: FilePath) throws(Errno) -> FilePath {
        let path = path.lexicallyNormalized()
        if let real = realpath(path.string, nil) {
            defer { free(real) }
            return FilePath(String(cString: real))
        }
        let error = Errno(rawValue: errno)
        guard error == .noSuchFileOrDirectory, let name = path.lastComponent else { throw error }
        // A link that leads to nothing would be followed once its target exists.
        guard !isLink(path) else { throw error }
        return try resolved(path.removingLastComponent()).appending(name)
    }

    private static func isLink(_ path: FilePath) -> Bool {
        var status = stat()
        return lstat(path.string, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }
}
