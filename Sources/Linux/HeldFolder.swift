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

    /// Whether the access control list of an entry, or of the folder itself, gives a user these rights; nil if it has no
    /// such list.
    package func lists(
        _ name: String?,
        _ rights: AccessList.Rights,
        for user: uid_t,
        in groups: Set<gid_t>
    ) -> Bool? {
        guard let status = status(of: name) else { return nil }
        // The last name is not followed, and what is before it is the folder that is held.
        let path = FilePath("/proc/self/fd/\(descriptor)/\(name ?? ".")")
        return AccessList.gives(rights, on: path, (status.st_uid, status.st_gid), to: user, in: groups)
    }

    /// Gives a file with one name only, or the folder itself, to a group, and the group these rights.
    ///
    /// A file's setuid and setgid go, because they would be worth the new group's rights to its owner.
    ///
    /// - Parameter isSame: whether it is still what was seen before, by what fstat(2) tells.
    /// - Returns: false if it is not, and then nothing was changed.
    /// - Throws: also if the entry is now something else, such as a link.
    package func share(
        _ name: String?,
        with group: gid_t,
        adding rights: mode_t,
        if isSame: (stat) -> Bool
    ) throws(Errno) -> Bool {
        guard let name else { return try Self.share(descriptor, with: group, adding: rights, if: isSame) }
        let file = openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { throw Errno(rawValue: errno) }
        defer { close(file) }
        return try Self.share(file, with: group, adding: rights) { status throws(Errno) in
            guard status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else { throw .notPermitted }
            return isSame(status)
        }
    }

    private static func share(
        _ file: CInt,
        with group: gid_t,
        adding rights: mode_t,
        if isSame: (stat) throws(Errno) -> Bool
    ) throws(Errno) -> Bool {
        var status = stat()
        guard fstat(file, &status) == 0 else { throw Errno(rawValue: errno) }
        guard try isSame(status) else { return false }
        // A folder's setgid gives its group to new files, and its sticky bit keeps users from each other's.
        let kept: mode_t = status.st_mode & S_IFMT == S_IFDIR ? 0o3777 : 0o777
        guard fchown(file, .max, group) == 0, fchmod(file, status.st_mode & kept | rights) == 0 else {
            throw Errno(rawValue: errno)
        }
        return true
    }

    /// Gives the folder itself an owner, a group and a mode.
    package func own(by owner: uid_t, _ group: gid_t, mode: mode_t) throws(Errno) {
        guard fchown(descriptor, owner, group) == 0, fchmod(descriptor, mode) == 0 else {
            throw Errno(rawValue: errno)
        }
    }
}
