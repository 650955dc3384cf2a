import DockerModel
import Glibc
import Linux
import Rules
import SystemPackage

extension FileFacts {
    /// Nil if there is no such file, or it cannot be reached.
    ///
    /// - Parameter followsLinks: false to look at a link itself.
    init?(_ path: FilePath, followsLinks: Bool = true) {
        var status = stat()
        guard (followsLinks ? stat(path.string, &status) : lstat(path.string, &status)) == 0 else { return nil }
        self.init(path, status)
    }

    init(_ path: FilePath, _ status: stat) {
        self.init(
            path: path.string,
            kind: Kind(status.st_mode),
            owner: Account.name(of: status.st_uid),
            group: Account.groupName(of: status.st_gid),
            mode: status.st_mode & 0o7777,
            changed: Timestamp(seconds: Int64(status.st_ctim.tv_sec), nanoseconds: Int64(status.st_ctim.tv_nsec))
        )
    }
}

extension FileFacts.Kind {
    init(_ mode: mode_t) {
        switch mode & S_IFMT {
        case S_IFREG: self = .file
        case S_IFDIR: self = .folder
        case S_IFLNK: self = .link
        default: self = .other
        }
    }
}

extension FilePath {
    /// The folders above, the nearest first.
    var parents: [FilePath] {
        var parents: [FilePath] = []
        var folder = self
        while folder.removeLastComponent(), !folder.isEmpty { parents.append(folder) }
        return parents
    }

    /// The first folder on the way that this process cannot search.
    var barrier: FilePath? { parents.last { access($0.string, X_OK) != 0 && errno == EACCES } }
}
