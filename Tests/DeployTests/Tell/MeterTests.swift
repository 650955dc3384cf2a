import DockerModel
import Glibc
import Linux
import Logging
import NIOPosix
import Rules
import Support
import SystemPackage
import Testing

@testable import Deploy

/// What is written when, on a host with real files.
@Suite(.timeLimit(.minutes(1))) struct MeterTests {
    /// Runs `body` beside a meter and a worker of the app `shop`.
    private func withMeter(_ host: StoryHost, _ body: (Worker) async throws -> Void) async throws {
        let log = Logger(label: "test") { [journal = host.journal] _ in journal }
        try File.makeFolder(host.metrics.removingLastComponent(), mode: .ownerReadWriteExecute)
        let meter = Meter(version: "1.2.3", host: host.host, log: log)
        let worker = try await host.worker()
        let life = Task(executorPreference: host.host.executor) { await meter.run() }
        await worker.notePast()
        try await body(worker)
        life.cancel()
        await life.value
    }

    private func settings(of host: StoryHost, _ metrics: FilePath?, apps: Bool = true) -> Settings {
        var settings = Settings()
        settings.host = HostSettings(metrics: metrics)
        if apps { settings.apps[host.app.name] = host.app }
        return settings
    }

    private func deploy(_ tag: String, _ worker: Worker, on host: StoryHost) async throws {
        try await worker.take(.drop(Array("IMAGE_TAG=\(tag)\n".utf8)), from: host.spool)
        await worker.retire()
        await Task(executorPreference: host.host.executor) { await worker.run() }.value
    }

    /// Returns as soon as the file has these lines, and none that begin like that.
    private func awaitLines(_ lines: String..., without beginning: String? = nil, in file: FilePath) async throws {
        func isThere() -> Bool {
            let text = String(decoding: (try? File.read(file)) ?? [], as: UTF8.self).split(separator: "\n")
            return lines.allSatisfy { line in text.contains { $0 == line } }
                && !text.contains { line in beginning.map { line.hasPrefix($0) } ?? false }
        }
        let inotify = try await Inotify(on: MultiThreadedEventLoopGroup.singleton.next())
        _ = try inotify.add(file.removingLastComponent(), UInt32(IN_MOVED_TO | IN_ATTRIB))
        // What was written before the watch began makes no event.
        if isThere() { return }
        try await inotify.run { _ in !isThere() }
    }

    // MARK: - What the file tells

    @Test func aVerdictChangesTheFile() async throws {
        try await withStoryHost { host in
            let file = host.metrics
            try await withMeter(host) { worker in
                host.host.happenings.note(.settings(settings(of: host, file)))
                try await awaitLines(
                    #"berth_build_info{version="1.2.3"} 1"#,
                    #"berth_deployments_total{app="shop",verdict="deployed"} 1"#,
                    #"berth_running_deployment{app="shop"} 1"#,
                    #"berth_way_back_proven{app="shop"} 1"#,
                    in: file
                )
                try await deploy("v2", worker, on: host)
                try await awaitLines(
                    #"berth_deployments_total{app="shop",verdict="deployed"} 2"#,
                    #"berth_running_deployment{app="shop"} 2"#,
                    #"berth_drift{app="shop"} 0"#,
                    in: file
                )
                let text = String(decoding: try File.read(file), as: UTF8.self)
                for phase in ["claim", "check", "login", "room", "pull", "before", "up", "health", "after", "settle"] {
                    #expect(text.contains("berth_deployment_phase_seconds{app=\"shop\",phase=\"\(phase)\"} "))
                }
                #expect(text.contains(#"berth_filesystem_used_ratio{path="/"} 0."#) && text.hasSuffix("\n"))
                var status = stat()
                #expect(stat(file.string, &status) == 0 && status.st_mode & 0o777 == 0o644)
                #expect(try File.names(in: file.removingLastComponent()) == ["berth.prom"])
            }
        }
    }

    @Test func aRefusedDropIsCountedAndChangesNoPhases() async throws {
        try await withStoryHost { host in
            try await withMeter(host) { worker in
                host.host.happenings.note(.settings(settings(of: host, host.metrics)))
                try await worker.take(.drop(Array("PATH=1\n".utf8)), from: host.spool)
                try await awaitLines(
                    #"berth_deployments_total{app="shop",verdict="refused"} 1"#,
                    #"berth_running_deployment{app="shop"} 1"#,
                    in: host.metrics
                )
                let record = try host.record(2)
                let moment = Double((try #require(record.ended)).nanoseconds / 1_000_000) / 1000
                let line = #"berth_verdict_timestamp_seconds{app="shop",verdict="refused"}"#
                let text = String(decoding: try File.read(host.metrics), as: UTF8.self)
                #expect(text.contains("\(line) \(Int64(exactly: moment).map { "\($0)" } ?? "\(moment)")\n"))
                #expect(!text.contains(#"phase=""#))
            }
        }
    }

    @Test func aHoldIsSeenAtOnceAndSoIsItsEnd() async throws {
        try await withStoryHost { host in
            try await withMeter(host) { _ in
                host.host.happenings.note(.settings(settings(of: host, host.metrics)))
                try await awaitLines(#"berth_held{app="shop"} 0"#, in: host.metrics)
                try host.store.hold(because: "a migration by hand")
                try await awaitLines(#"berth_held{app="shop"} 1"#, in: host.metrics)
                #expect(try host.store.resume())
                try await awaitLines(#"berth_held{app="shop"} 0"#, in: host.metrics)
            }
        }
    }

    @Test func aWayBackThatIsGoneIsToldOnce() async throws {
        try await withStoryHost { host in
            host.change { $0.answers["GET /images/sha256:v1/json"] = .failure(404, "No such image") }
            try await withMeter(host) { _ in
                host.host.happenings.note(.settings(settings(of: host, host.metrics)))
                try await awaitLines(#"berth_way_back_proven{app="shop"} 0"#, in: host.metrics)
                host.host.happenings.note(.settings(settings(of: host, host.metrics)))
                host.change { $0.answers = [:] }
                host.host.happenings.note(.settings(settings(of: host, host.metrics)))
                try await awaitLines(#"berth_way_back_proven{app="shop"} 1"#, in: host.metrics)
                #expect(
                    host.journal.lines.count { $0.contains("shop: a rollback would fail: the way back to #1") } == 1
                )
            }
        }
    }

    /// The Engine may start after berth.
    @Test func anEngineThatDoesNotAnswerIsLookedAtLater() async throws {
        try await withStoryHost { host in
            host.change { $0.answers["GET /_ping"] = .failure(500, "starting") }
            try await withMeter(host) { _ in
                host.host.happenings.note(.settings(settings(of: host, host.metrics)))
                try await awaitLines(
                    #"berth_running_deployment{app="shop"} 1"#,
                    without: "berth_way_back",
                    in: host.metrics
                )
                host.change { $0.answers = [:] }
                host.host.happenings.note(.engineAnswers)
                try await awaitLines(#"berth_way_back_proven{app="shop"} 1"#, in: host.metrics)
            }
        }
    }

    @Test func theDiskGuardsRunsAreCounted() async throws {
        try await withStoryHost { host in
            try await withMeter(host) { _ in
                host.host.happenings.note(.settings(settings(of: host, host.metrics)))
                host.host.happenings.note(.guardRan)
                try await awaitLines("berth_disk_guard_runs_total 1", in: host.metrics)
            }
        }
    }

    // MARK: - During a look

    /// Lets the Engine answer for the image of v1 only once the latch is open, and then that it has none.
    ///
    /// - Returns: what opens when it is asked.
    private func holdUp(_ host: StoryHost, until latch: Latch) -> Latch {
        let asked = Latch()
        let steps: [StubEngine.Step] = [.open(asked), .wait(latch)]
        host.change { $0.answers["GET /images/sha256:v1/json"] = steps + .failure(404, "No such image") }
        return asked
    }

    @Test func whatComesMeanwhileIsLookedAtAfterIt() async throws {
        try await withStoryHost { host in
            let latch = Latch()
            let asked = holdUp(host, until: latch)
            try await withMeter(host) { _ in
                host.host.happenings.note(.settings(settings(of: host, host.metrics)))
                await asked.wait()
                // A person brings the image back, and reloads the agent.
                host.change { $0.answers = [:] }
                host.host.happenings.note(.settings(settings(of: host, host.metrics)))
                latch.open()
                try await awaitLines(#"berth_way_back_proven{app="shop"} 1"#, in: host.metrics)
            }
            #expect(!host.journal.lines.contains { $0.contains("a rollback would fail") })
        }
    }

    @Test func theFileIsWrittenWhileTheEngineHangs() async throws {
        try await withStoryHost { host in
            let latch = Latch()
            defer { latch.open() }
            let asked = holdUp(host, until: latch)
            try await withMeter(host) { worker in
                host.host.happenings.note(.settings(settings(of: host, host.metrics)))
                await asked.wait()
                let time = try await ContinuousClock().measure {
                    try host.store.hold(because: "a migration by hand")
                    try await awaitLines(#"berth_held{app="shop"} 1"#, in: host.metrics)
                    try await worker.take(.drop(Array("PATH=1\n".utf8)), from: host.spool)
                    try await awaitLines(#"berth_deployments_total{app="shop",verdict="refused"} 1"#, in: host.metrics)
                }
                // berth waits 30 seconds for the Engine.
                #expect(time < .seconds(20))
            }
        }
    }

    @Test func aStopInTheMiddleOfItIsNoMissingWayBack() async throws {
        try await withStoryHost { host in
            try host.hang("config v1")
            try await withMeter(host) { _ in
                host.host.happenings.note(.settings(settings(of: host, host.metrics)))
                await host.journal.awaitLine(with: "config of v1 hangs")
            }
            #expect(!host.journal.lines.contains { $0.contains("a rollback would fail") })
            #expect(!String(decoding: try File.read(host.metrics), as: UTF8.self).contains("berth_way_back"))
        }
    }

    @Test func aComposeThatDoesNotAnswerSaysNothingAboutItsFile() async throws {
        let hanging = Command(
            executable: "/bin/sleep",
            arguments: ["60"],
            environment: [:],
            directory: "/",
            timeout: .milliseconds(50)
        )
        do throws(CommandError) {
            _ = try await ProcessRunner(eventLoop: MultiThreadedEventLoopGroup.singleton.next()).capture(
                hanging,
                limit: 1
            )
        } catch {
            #expect(Failure(rendering: error).cause == .commandFailed)
        }
    }

    // MARK: - The settings

    @Test func theSeriesOfARemovedAppGoAndSoDoesAFileThatIsNoLongerWanted() async throws {
        try await withStoryHost { host in
            try await withMeter(host) { _ in
                let happenings = host.host.happenings
                happenings.note(.settings(settings(of: host, host.metrics)))
                try await awaitLines(#"berth_held{app="shop"} 0"#, in: host.metrics)
                happenings.note(.settings(settings(of: host, host.metrics, apps: false)))
                try await awaitLines("berth_disk_guard_runs_total 0", without: "berth_held", in: host.metrics)
                let other = host.metrics.removingLastComponent().appending("other.prom")
                happenings.note(.settings(settings(of: host, other)))
                try await awaitLines("berth_disk_guard_runs_total 0", in: other)
                #expect(!File.exists(host.metrics))
            }
        }
    }

    @Test func aFolderThatIsMissingIsToldOnceAndTheFileComesWithTheFolder() async throws {
        try await withStoryHost { host in
            let folder = host.metrics.removingLastComponent()
            try await withMeter(host) { worker in
                rmdir(folder.string)
                host.host.happenings.note(.settings(settings(of: host, host.metrics)))
                try await deploy("v2", worker, on: host)
                await host.journal.awaitLine(with: "The metrics cannot be written to \(host.metrics): No such file")
                try File.makeFolder(folder, mode: .ownerReadWriteExecute)
                host.host.happenings.note(.holdChanged)
                try await awaitLines(#"berth_running_deployment{app="shop"} 2"#, in: host.metrics)
                #expect(host.journal.verdicts == ["#2 deployed"])
                #expect(host.journal.lines.count { $0.contains("cannot be written") } == 1)
                #expect(host.journal.lines.contains("The metrics are in \(host.metrics) again"))
            }
        }
    }

    /// Another user, who owns the folder, has put it there.
    @Test func whatStandsInTheWayOfTheDraftHoldsNothingUp() async throws {
        try await withStoryHost { host in
            let draft = host.metrics.removingLastComponent().appending(".berth.prom.part")
            try await withMeter(host) { _ in
                #expect(mkfifo(draft.string, 0o666) == 0)
                host.host.happenings.note(.settings(settings(of: host, host.metrics)))
                try await awaitLines(#"berth_held{app="shop"} 0"#, in: host.metrics)
            }
        }
    }
}

extension StoryHost {
    fileprivate var metrics: FilePath {
        host.state.removingLastComponent().appending("metrics").appending("berth.prom")
    }
}
