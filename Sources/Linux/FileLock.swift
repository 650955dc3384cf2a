import Glibc
import SystemPackage

/// A lock on an open file or folder (flock(2)). The kernel releases it when its process ends.
extension FileDescriptor {
    package enum Lock: Sendable {
        case shared, exclusive
    }

    /// Takes the lock, or returns false if another process or descriptor has it. It never waits: that would block the
    /// thread, which may be the only one.
    package func tryLock(_ lock: Lock) throws(Errno) -> Bool {
        let operation = lock == .shared ? LOCK_SH : LOCK_EX
        guard flock(rawValue, operation | LOCK_NB) != 0 else { return true }
        let error = Errno(rawValue: errno)
        guard error == .wouldBlock || error == .interrupted else { throw error }
        return false
    }
}
