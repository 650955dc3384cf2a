import Docker
import Glibc
import Linux
import Rules
import SystemPackage

/// Keeps a second agent off a state folder, because two would deploy the same app at once.
package final class StateLock: Sendable {
    private let descriptor: FileDescriptor

    /// Makes the folder if it is missing.
    ///
    /// - Throws: ``StateLockError``, for example if another agent has the folder.
    package init(_ folder: FilePath) throws(StateLockError) {
        do {
            try File.makeFolder(folder, mode: [.ownerReadWriteExecute, .groupReadExecute])
        } catch {
            throw StateLockError(folder: folder, problem: "cannot be made: \(error)", hint: "run as user berth or root")
        }
        do throws(Errno) {
            descriptor = try LockFile.open("agent", in: folder)
            guard try descriptor.tryLock(.exclusive) else {
                throw .wouldBlock
            }
            // Where the image lock was before; every reader of the records could take it.
            unlink(folder.appending("images.lock").string)
        } catch .wouldBlock {
            throw StateLockError(
                folder: folder,
                problem: "is in use by another agent",
                hint: "see systemctl status berth, or set STATE_DIRECTORY",
                isInUse: true
            )
        } catch {
            throw StateLockError(
                folder: folder,
                problem: "cannot be locked: \(error)",
                hint: "run as user berth or root"
            )
        }
    }

    deinit {
        try? descriptor.close()
    }
}

/// Why an agent cannot use a state folder.
package struct StateLockError: Explained, Equatable {
    package let folder: FilePath
    package let problem: String
    package let hint: String?
    /// Whether another agent has the folder.
    package var isInUse = false

    package var cause: Cause { .stateLocked }
    package var subject: String { "\(folder)" }
}
