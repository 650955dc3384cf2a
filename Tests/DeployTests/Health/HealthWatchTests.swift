import Docker
import DockerModel
import Linux
import Logging
import NIOPosix
import Rules
import Support
import Synchronization
import SystemPackage
import Testing

@testable import Deploy

@Suite(.timeLimit(.minutes(1))) struct HealthWatchTests {
    private func watch(
        _ folder: FilePath,
        engine: Engine? = nil,
        patience: Duration = .seconds(120)
    ) throws -> HealthWatch {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let engine = engine ?? Engine(socket: folder.appending("docker.sock"), eventLoop: eventLoop)
        let host = Host(
            eventLoop: eventLoop,
            engine: engine,
            environment: [:],
            state: folder,
            runtime: folder,
            pluginFolders: []
        )
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

    /// A slow Engine must not shorten the time for which a container has to stay up.
    @Test func theTimeThatTheEngineNeedsMakesNoContainerOlder() async throws {
        let asked = Mutex<Timestamp?>(nil)
        let stub = StubEngine { request in
            guard request.line.hasPrefix("GET /containers/json") else {
                let moment = asked.withLock { $0 }
                return .answer(Self.container(startedAt: moment.map { "\($0)" } ?? ""))
            }
            asked.withLock { $0 = .now }
            return .answer(
                #"[{"Id":"c1","Image":"shop:v1","ImageID":"sha256:01","State":"running","Labels":{\#(Self.labels)}}]"#
            )
        }
        try await withStubEngine(stub) { engine in
            try await withTemporaryFolder { folder in
                let sample = try #require(try await watch(folder, engine: engine).samples().first)
                #expect(try #require(sample.age) <= .zero)
            }
        }
    }

    private static let labels = """
        "com.docker.compose.project":"shop","com.docker.compose.service":"web",\
        "com.docker.compose.container-number":"1","com.docker.compose.oneoff":"False"
        """

    private static func container(startedAt moment: String) -> String {
        """
        {"Id":"c1","Name":"/shop-web-1","Image":"sha256:01","RestartCount":0,"State":{"Status":"running","Running":true,\
        "ExitCode":0,"StartedAt":"\(moment)","FinishedAt":"0001-01-01T00:00:00Z"},\
        "Config":{"Image":"shop:v1","Labels":{\(labels)}},"HostConfig":{"RestartPolicy":{"Name":"always"}}}
        """
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
