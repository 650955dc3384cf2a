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
            return .answer("[\(Self.summary)]")
        }
        try await withStubEngine(stub) { engine in
            try await withTemporaryFolder { folder in
                let sample = try #require(try await watch(folder, engine: engine).samples().first)
                #expect(try #require(sample.age) <= .zero)
            }
        }
    }

    /// - Parameters:
    ///   - later: how long after now the event is, in seconds: if before, the container may have started since; one that is
    ///     to come is from before the clock was set back.
    ///   - count: how often the container is inspected until the verdict.
    @Test(arguments: [(0, 1), (-5, 2), (3600, 2)])
    func aHealthyContainerIsTakenAtItsWordUnlessItMayHaveStartedSince(_ later: Int, _ count: Int) async throws {
        let start = Timestamp.now
        let isSeen = Latch()
        let event = { @Sendable in
            """
            {"Type":"container","Action":"health_status: healthy","Actor":{"ID":"c1","Attributes":{}},\
            "timeNano":\((Timestamp.now + .seconds(later)).nanoseconds)}

            """
        }
        let inspections = Mutex(0)
        let stub = StubEngine { request in
            if request.line.hasPrefix("GET /events") {
                return .chunkedHead + [.wait(isSeen)] + .chunk(made: event) + [.awaitHangUp(Latch())]
            }
            guard request.line.hasPrefix("GET /containers/c1") else { return .answer("[\(Self.summary)]") }
            let health = inspections.withLock { count in
                count += 1
                return count == 1 ? "starting" : "healthy"
            }
            return .answer(Self.container(startedAt: "\(start)", health: health)) + [.open(isSeen)]
        }
        try await withStubEngine(stub) { engine in
            try await withTemporaryFolder { folder in
                let watch = try watch(folder, engine: engine)
                let gate = Gate(
                    expected: ["web": Gate.Expectation(containers: 1, imageID: "sha256:01")],
                    policy: HealthPolicy()
                )
                let outcome = try await watch.verdict(of: Trial(gate: gate, began: watch.host.clock.now))
                #expect(outcome.findings.isEmpty)
                #expect(outcome.samples.map(\.health?.status) == [.healthy])
                #expect(inspections.withLock { $0 } == count)
            }
        }
    }

    private static let summary =
        #"{"Id":"c1","Image":"shop:v1","ImageID":"sha256:01","State":"running","Labels":{\#(labels)}}"#

    private static let labels = """
        "com.docker.compose.project":"shop","com.docker.compose.service":"web",\
        "com.docker.compose.container-number":"1","com.docker.compose.oneoff":"False"
        """

    private static func container(startedAt moment: String, health: String? = nil) -> String {
        let state = health.map { #","Health":{"Status":"\#($0)","FailingStreak":0,"Log":[]}"# } ?? ""
        let check = health == nil ? "" : #","Healthcheck":{"Test":["CMD","true"]}"#
        return """
            {"Id":"c1","Name":"/shop-web-1","Image":"sha256:01","RestartCount":0,"State":{"Status":"running","Running":true,\
            "ExitCode":0,"StartedAt":"\(moment)","FinishedAt":"0001-01-01T00:00:00Z"\(state)},\
            "Config":{"Image":"shop:v1","Labels":{\(labels)}\(check)},"HostConfig":{"RestartPolicy":{"Name":"always"}}}
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
