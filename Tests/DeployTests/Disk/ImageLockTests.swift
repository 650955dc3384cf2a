import Glibc
import Linux
import NIOPosix
import Support
import Synchronization
import SystemPackage
import Testing

@testable import Deploy

@Suite struct ImageLockTests {
    private func withLock(_ body: (ImageLock, FilePath) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let clock = EventLoopClock(eventLoop: MultiThreadedEventLoopGroup.singleton.next())
            try await body(ImageLock(state: folder, clock: clock), folder)
        }
    }

    @Test func aPruneIsLeftOutWhileAPullRuns() async throws {
        try await withLock { lock, _ in
            let pruned = try await lock.pull { try await lock.prune { true } }
            #expect(pruned == nil)
            let later = try await lock.prune { true }
            #expect(later == true)
        }
    }

    @Test func pullsRunSideBySide() async throws {
        try await withLock { lock, _ in
            let both = try await lock.pull { try await lock.pull { true } }
            #expect(both)
        }
    }

    @Test func prunesRunOneAtATime() async throws {
        try await withLock { lock, _ in
            let second = try await lock.prune { try await lock.prune { true } }
            #expect(second == .some(nil))
        }
    }

    @Test func whateverEndsItTheLockIsFree() async throws {
        try await withLock { lock, _ in
            await #expect(throws: CancellationError.self) { try await lock.prune { throw CancellationError() } }
            await #expect(throws: CancellationError.self) { try await lock.pull { throw CancellationError() } }
            let later = try await lock.prune { true }
            #expect(later == true)
        }
    }

    /// A second prune or pull runs in another process.
    @Test func anotherLockOnTheSameFolderIsTheSame() async throws {
        try await withLock { lock, folder in
            let clock = EventLoopClock(eventLoop: MultiThreadedEventLoopGroup.singleton.next())
            let other = ImageLock(state: folder, clock: clock)
            let pruned = try await other.pull { try await lock.prune { true } }
            #expect(pruned == nil)
        }
    }

    @Test func aPullWaitsForAPrune() async throws {
        #expect(try await order(first: .prune, second: .pull) == ["prune", "pull"])
    }

    @Test func aPatientPruneWaitsForAPull() async throws {
        #expect(try await order(first: .pull, second: .prune) == ["pull", "prune"])
    }

    @Test func aCancelledWaitEnds() async throws {
        try await withLock { lock, _ in
            try await lock.prune {
                let pull = Task { try await lock.pull {} }
                pull.cancel()
                await #expect(throws: CancellationError.self) { try await pull.value }
            }
        }
    }

    @Test func withoutItsFolderItSaysSo() async {
        let clock = EventLoopClock(eventLoop: MultiThreadedEventLoopGroup.singleton.next())
        let lock = ImageLock(state: "/nonexistent", clock: clock)
        let reason = ImageLockError.Reason.failed(.noSuchFileOrDirectory)
        await #expect(throws: ImageLockError(file: "/nonexistent/.locks/images", reason: reason)) {
            try await lock.pull {}
        }
    }

    @Test func aPullThatWaitsTooLongSaysWhoPrunes() async throws {
        try await withLock { lock, folder in
            let holder = "process \(getpid())"
            let waitedFor = Mutex("")
            _ = try await lock.prune {
                let file = folder.appending(".locks").appending("images")
                await #expect(throws: ImageLockError(file: file, reason: .held(by: holder))) {
                    try await lock.pull(patience: .milliseconds(60)) { name in
                        waitedFor.withLock { $0 = name }
                    } _: {
                    }
                }
            }
            #expect(waitedFor.withLock { $0 } == holder)
        }
    }

    /// flock(2) needs no more than an open file, so no other user may be able to open it.
    @Test func noOtherUserCanOpenIt() async throws {
        try await withLock { lock, folder in
            try await lock.pull {}
            var status = stat()
            stat(folder.appending(".locks").string, &status)
            #expect(status.st_mode & 0o777 == 0o700)
            stat(folder.appending(".locks").appending("images").string, &status)
            #expect(status.st_mode & 0o777 == 0o600)
        }
    }

    private enum Kind: String {
        case pull, prune
    }

    /// Begins the second while the first runs, and returns the order in which they ended.
    private func order(first: Kind, second: Kind) async throws -> [String] {
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        let (steps, step) = AsyncStream.makeStream(of: String.self)
        try await withLock { lock, _ in
            @Sendable func run(_ kind: Kind, _ body: @Sendable () async -> Void) async throws {
                switch kind {
                case .pull: try await lock.pull { await body() }
                case .prune: _ = try await lock.prune(patience: .seconds(60)) { await body() }
                }
                step.yield(kind.rawValue)
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await run(first) {
                        start.finish()
                        for await _ in released {}
                    }
                }
                for await _ in started {}
                group.addTask { try await run(second) {} }
                // Enough time for one that does not wait.
                for _ in 0..<1000 { await Task.yield() }
                release.finish()
                try await group.waitForAll()
            }
        }
        step.finish()
        return await steps.reduce(into: []) { $0.append($1) }
    }
}
