import Glibc
import Linux
import SystemPackage

/// The files by which berth's processes keep apart (flock(2)): the agent, and what root starts by hand.
///
/// Every process that can open a file can lock it, if only for reading. So these are in `<state>/.locks`, which user berth
/// alone can enter: a user who may read the records must not stop the agent.
enum LockFile {
    static func path(_ name: String, in state: FilePath) -> FilePath {
        state.appending(".locks").appending(name)
    }

    /// Opens the file, and makes it if it is missing. What root makes belongs to the owner of the state folder.
    static func open(_ name: String, in state: FilePath) throws(Errno) -> FileDescriptor {
        let file = path(name, in: state)
        let folder = file.removingLastComponent()
        if mkdir(folder.string, 0o700) == 0 {
            try giveAway(try open(folder, O_RDONLY | O_DIRECTORY), to: state)
        } else if errno != EEXIST {
            throw Errno(rawValue: errno)
        }
        do throws(Errno) {
            try giveAway(try open(file, O_RDWR | O_CREAT | O_EXCL), to: state)
        } catch .fileExists {
            // It need not be made.
        }
        return FileDescriptor(rawValue: try open(file, O_RDWR))
    }

    private static func open(_ path: FilePath, _ flags: CInt) throws(Errno) -> CInt {
        let descriptor = Glibc.open(path.string, flags | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        return descriptor
    }

    /// Only what was just made: nothing else may change its owner.
    private static func giveAway(_ descriptor: CInt, to state: FilePath) throws(Errno) {
        defer { close(descriptor) }
        guard geteuid() == 0 else { return }
        var status = stat()
        guard stat(state.string, &status) == 0, fchown(descriptor, status.st_uid, status.st_gid) == 0 else {
            throw Errno(rawValue: errno)
        }
    }
}
