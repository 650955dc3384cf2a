import Docker
import Glibc
import Linux
import Rules
import SystemPackage

/// Keeps pulls and prunes apart, on the whole host: a prune could take the layers that a pull has just found to be there.
///
/// Pulls run side by side; a prune runs alone. It is a lock on a file (flock(2)), so that it also holds between the agent and
/// `berth prune`, and ends with the process that holds it, however that ends.
package struct ImageLock: Sendable {
    private let file: FilePath
    private let clock: EventLoopClock

    /// - Parameter state: the folder that all processes of berth on the host share (`/var/lib/berth`).
    package init(state: FilePath, clock: EventLoopClock) {
        file = state.appending("images.lock")
        self.clock = clock
    }

    /// Runs a pull; waits while a prune runs, which is bounded by the time limits of its requests.
    ///
    /// - Throws: also ``ImageLockError``, and where the task is cancelled while it waits.
    package func pull<Value>(_ body: () async throws -> Value) async throws -> Value {
        let descriptor = try open()
        defer { try? descriptor.close() }
        while try !lock(descriptor, .shared) { try await clock.sleep(for: Self.pause) }
        return try await body()
    }

    /// Runs a prune, or returns nil where pulls, or another prune, are still under way after so long.
    package func prune<Value>(patience: Duration = .zero, _ body: () async throws -> Value) async throws -> Value? {
        let descriptor = try open()
        defer { try? descriptor.close() }
        let deadline = clock.now.advanced(by: patience)
        while try !lock(descriptor, .exclusive) {
            guard clock.now < deadline else { return nil }
            try await clock.sleep(for: Self.pause)
        }
        return try await body()
    }

    /// A waiting process asks again after this time.
    private static var pause: Duration { .milliseconds(50) }

    /// Read access is enough to lock it. Every process that can enter the folder has it, also the agent if root made the file.
    private func open() throws(ImageLockError) -> FileDescriptor {
        let descriptor = Glibc.open(file.string, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw ImageLockError(file: file, reason: Errno(rawValue: errno)) }
        // The umask may have taken it away; only the owner can give it, and only the owner needs to.
        _ = fchmod(descriptor, 0o644)
        return FileDescriptor(rawValue: descriptor)
    }

    private func lock(_ descriptor: FileDescriptor, _ lock: FileDescriptor.Lock) throws(ImageLockError) -> Bool {
        do throws(Errno) {
            return try descriptor.tryLock(lock)
        } catch {
            throw ImageLockError(file: file, reason: error)
        }
    }
}

/// The image lock could not be taken.
package struct ImageLockError: Explained, Equatable {
    package let file: FilePath
    package let reason: Errno

    package var cause: Cause { .stateUnwritable }
    package var subject: String { "\(file)" }
    package var problem: String { "cannot be locked: \(reason)" }
    package var hint: String? {
        "run as root; \(file.removingLastComponent()) must belong to user berth, and it must be able to read the file"
    }
}
