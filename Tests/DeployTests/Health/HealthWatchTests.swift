import Docker
import DockerModel
import Linux
import Logging
import NIOPosix
import Rules
import Support
import SystemPackage
import Testing

@testable import Deploy

@Suite(.timeLimit(.minutes(1))) struct HealthWatchTests {
    private func watch(_ folder: FilePath, patience: Duration) throws -> HealthWatch {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let engine = Engine(socket: folder.appending("docker.sock"), eventLoop: eventLoop)
        let host = Host(eventLoop: eventLoop, engine: engine, environment: [:], state: folder, runtime: folder)
        let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return HealthWatch(
            session: EngineSession(engine: engine, version: .newest),
            project: "shop",
            host: host,
            log: DeploymentLog(log, app: try #require(AppName("shop"))),
            patience: patience
        )
    }

    private func trial(_ watch: HealthWatch) -> Trial {
        Trial(gate: Gate(expected: [:], policy: HealthPolicy()), began: watch.host.clock.now)
    }

    /// If the Engine is gone before the first sample, the watch does not wait forever.
    @Test func anEngineThatStaysAwayEndsTheWatch() async throws {
        try await withTemporaryFolder { folder in
            let watch = try watch(folder, patience: .milliseconds(20))
            let failure = await #expect(throws: Failure.self) { try await watch.verdict(of: trial(watch)) }
            #expect(failure?.sentence.contains("stopped answering") == true)
            #expect(failure?.cause == .engineUnreachable)
        }
    }

    @Test func aCancelledWatchEnds() async throws {
        try await withTemporaryFolder { folder in
            let watch = try watch(folder, patience: .seconds(3600))
            let task = Task { try await watch.verdict(of: trial(watch)) }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }
}
