import Glibc
import SystemPackage

/// A folder that is held open: what is done in it is done in this one, whatever its path leads to meanwhile.
///
/// For root, who works in a folder that another user can change: no symbolic link in it is ever followed.
package struct HeldFolder: ~Copyable {
    private let descriptor: CInt

    /// `O_PATH` is a macro that Swift does not import.
    private static let pathOnly: CInt = 0o10_000_000

    /// - Parameter path: absolute, without symbolic links.
    package init(_ path: FilePath) throws(Errno) {
        var folder = open("/", Self.pathOnly | O_DIRECTORY | O_CLOEXEC)
        let count = path.components.count
        for (index, component) in path.components.enumerated() where folder >= 0 {
            // The last one is opened for more, because a mode cannot be changed by O_PATH.
            let flags = index == count - 1 ? O_RDONLY : Self.pathOnly
            let next = openat(folder, component.string, flags | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            let error = errno
            close(folder)
            errno = error
            folder = next
        }
        guard folder >= 0 else { throw Errno(rawValue: errno) }
        descriptor = folder
    }

    deinit { close(descriptor) }

    /// What lstat(2) tells of an entry, or of the folder itself; nil if there is none.
    package func status(of name: String? = nil) -> stat? {
        var status = stat()
        let code =
            name.map { fstatat(descriptor, $0, &status, AT_SYMLINK_NOFOLLOW) } ?? fstat(descriptor, &status)
        return code == 0 ? status : nil
    }

    /// Gives a file with one name only, or the folder itself, to a group, and the group these rights.
    ///
    /// - Throws: also if the entry is now something else, such as a link.
    package func share(_ name: String?, with group: gid_t, adding rights: mode_t) throws(Errno) {
        guard let name else { return try Self.share(descriptor, with: group, adding: rights) }
        let file = openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { throw Errno(rawValue: errno) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw Errno(rawValue: errno) }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else { throw .notPermitted }
        try Self.share(file, with: group, adding: rights)
    }

    private static func share(_ file: CInt, with group: gid_t, adding rights: mode_t) throws(Errno) {
        var status = stat()
        // A change of the group may take bits of the mode away.
        guard fstat(file, &status) == 0, fchown(file, .max, group) == 0,
            fchmod(file, status.st_mode & 0o7777 | rights) == 0
        else { throw Errno(rawValue: errno) }
    }

    /// Gives the folder itself an owner, a group and a mode.
    package func own(by owner: uid_t, _ group: gid_t, mode: mode_t) throws(Errno) {
        guard fchown(descriptor, owner, group) == 0, fchmod(descriptor, mode) == 0 else {
            throw Errno(rawValue: errno)
        }
    }
}
