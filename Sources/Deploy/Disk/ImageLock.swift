import Docker
import Glibc
import Linux
import Rules
import SystemPackage

/// Keeps pulls and prunes apart on the whole host: a prune could remove layers that a pull has just found present.
///
/// Pulls run side by side; a prune runs alone. The lock is on a file (flock(2)), so it also works between the agent and
/// `berth prune`, and the kernel releases it when its process ends.
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
    /// - Throws: the errors of `body`, ``ImageLockError``, and `CancellationError` while it waits.
    package func pull<Value>(_ body: () async throws -> Value) async throws -> Value {
        let descriptor = try open()
        defer { try? descriptor.close() }
        while try !lock(descriptor, .shared) { try await clock.sleep(for: Self.pause) }
        return try await body()
    }

    /// Runs a prune; returns nil if pulls or another prune are still under way after `patience`.
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

    /// How often a waiting process tries again.
    private static var pause: Duration { .milliseconds(50) }

    /// Read access is enough for the lock, so the agent can also lock a file that root created.
    private func open() throws(ImageLockError) -> FileDescriptor {
        let descriptor = Glibc.open(file.string, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw ImageLockError(file: file, reason: Errno(rawValue: errno)) }
        // The umask may have removed read access; only the owner can restore it, and only the owner needs to.
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
        "run as root; \(file.removingLastComponent()) must belong to user berth, who must be able to read the file"
    }
}
