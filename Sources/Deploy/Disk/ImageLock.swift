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
    /// How long a pull waits for a prune, which begins no further removal after ``DiskGuard/limit``.
    static let patience = Duration.seconds(45 * 60)

    private let state: FilePath
    private let clock: EventLoopClock

    /// - Parameter state: the folder that all processes of berth on the host share (`/var/lib/berth`).
    package init(state: FilePath, clock: EventLoopClock) {
        self.state = state
        self.clock = clock
    }

    /// Runs a pull; waits while a prune runs.
    ///
    /// - Parameters:
    ///   - patience: how long to wait.
    ///   - onWait: called with the process that holds the lock, if the pull has to wait.
    /// - Throws: the errors of `body`, ``ImageLockError``, and `CancellationError` while it waits.
    package func pull<Value>(
        patience: Duration = patience,
        onWait: (String) -> Void = { _ in },
        _ body: () async throws -> Value
    ) async throws -> Value {
        let descriptor = try open()
        defer { try? descriptor.close() }
        let deadline = clock.now.advanced(by: patience)
        var isWaiting = false
        while try !lock(descriptor, .shared) {
            let holder = Self.holder(descriptor)
            guard clock.now < deadline else { throw ImageLockError(file: file, reason: .held(by: holder)) }
            if !isWaiting { onWait(holder) }
            isWaiting = true
            try await clock.sleep(for: Self.pause)
        }
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
        Self.sign(descriptor)
        return try await body()
    }

    /// How often a waiting process tries again.
    private static var pause: Duration { .milliseconds(50) }

    private static let name = "images"
    private var file: FilePath { LockFile.path(Self.name, in: state) }

    private func open() throws(ImageLockError) -> FileDescriptor {
        do throws(Errno) {
            return try LockFile.open(Self.name, in: state)
        } catch {
            throw ImageLockError(file: file, reason: .failed(error))
        }
    }

    private func lock(_ descriptor: FileDescriptor, _ lock: FileDescriptor.Lock) throws(ImageLockError) -> Bool {
        do throws(Errno) {
            return try descriptor.tryLock(lock)
        } catch {
            throw ImageLockError(file: file, reason: .failed(error))
        }
    }

    /// Writes into the file which process prunes; the kernel tells it to root alone.
    private static func sign(_ descriptor: FileDescriptor) {
        let name = "process \(getpid())"
        _ = try? descriptor.writeAll(toAbsoluteOffset: 0, name.utf8)
        _ = ftruncate(descriptor.rawValue, off_t(name.utf8.count))
    }

    private static func holder(_ descriptor: FileDescriptor) -> String {
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = (try? bytes.withUnsafeMutableBytes { try descriptor.read(fromAbsoluteOffset: 0, into: $0) }) ?? 0
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : "another process"
    }
}

/// The image lock could not be taken.
package struct ImageLockError: Explained, Equatable {
    package enum Reason: Equatable, Sendable {
        case failed(Errno)
        case held(by: String)
    }

    package let file: FilePath
    package let reason: Reason

    package var cause: Cause {
        if case .held = reason { .inUse } else { .stateUnwritable }
    }
    package var subject: String { "\(file)" }
    package var problem: String {
        switch reason {
        case .failed(let error): "cannot be locked: \(error)"
        case .held(let holder): "is still locked by a prune of \(holder)"
        }
    }
    package var hint: String? {
        switch reason {
        case .failed: "run as root; \(file.removingLastComponent()) must belong to user berth"
        case .held: "see what that process does, and drop again when it has ended"
        }
    }
}
