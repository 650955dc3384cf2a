import Docker
import DockerModel
import Glibc
import Linux
import Rules
import SystemPackage

/// Sees to it that one agent at a time works on a state folder: two would deploy the same app at the same time.
///
/// It is a lock on the folder itself (flock(2)), which ends with the process that holds it, however that ends.
package final class StateLock: Sendable {
    private let descriptor: CInt

    /// Makes the folder where it is missing.
    ///
    /// - Throws: ``StateLockError``, also where another agent has the folder.
    package init(_ folder: FilePath) throws(StateLockError) {
        do {
            try File.makeFolder(folder, mode: [.ownerReadWriteExecute, .groupReadExecute])
        } catch {
            throw StateLockError(folder: folder, problem: "cannot be made: \(error)", hint: "run as user berth or root")
        }
        descriptor = open(folder.string, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let error = Errno(rawValue: errno)
            guard error == .wouldBlock else {
                throw StateLockError(
                    folder: folder,
                    problem: "cannot be locked: \(error)",
                    hint: "run as user berth or root"
                )
            }
            throw StateLockError(
                folder: folder,
                problem: "is in use by another agent",
                hint: "see systemctl status berth, or set STATE_DIRECTORY"
            )
        }
    }

    deinit {
        close(descriptor)
    }
}

/// Why an agent may not work on a state folder.
package struct StateLockError: Error, Equatable, Sendable, CustomStringConvertible {
    package let folder: FilePath
    package let problem: String
    package let hint: String

    package var description: String { "\(folder) \(problem); \(hint)" }
}
