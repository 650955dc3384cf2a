import Docker
import Logging
import NIOPosix
import SystemPackage
import Testing

@testable import Deploy

@Suite(.timeLimit(.minutes(1))) struct HealthWatchTests {
    private func watch(_ folder: FilePath, patience: Duration) -> HealthWatch {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        return HealthWatch(
            engine: Engine(socket: folder.appending("docker.sock"), eventLoop: eventLoop),
            project: "shop",
            eventLoop: eventLoop,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            patience: patience
        )
    }

    private let gate = Gate(expected: [:], policy: HealthPolicy(), began: .zero)

    /// An Engine that is gone before the first look is not waited for without end.
    @Test func anEngineThatStaysAwayEndsTheWatch() async throws {
        try await withTemporaryFolder { folder in
            let watch = watch(folder, patience: .milliseconds(20))
            let failure = await #expect(throws: Failure.self) { try await watch.verdict(of: gate) }
            #expect(failure?.problem.contains("stopped answering") == true)
        }
    }

    @Test func aCancelledWatchEnds() async throws {
        try await withTemporaryFolder { folder in
            let watch = watch(folder, patience: .seconds(3600))
            let task = Task { try await watch.verdict(of: gate) }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }
}
