import Docker
import Glibc
import Linux
import Logging
import Rules
import Support
import SystemPackage
import Systemd
import Testing

@testable import Deploy

/// The agent as a whole: its settings, its spools, and what it logs about them.
@Suite(.timeLimit(.minutes(1))) struct AgentTests {
    /// Runs `body` beside an agent that has the app `shop`.
    private func withAgent(
        _ host: StoryHost,
        settings text: String? = nil,
        patience: Duration = .seconds(60),
        _ body: (AsyncStream<Agent.Order>.Continuation, _ settings: FilePath) async throws -> Void
    ) async throws {
        let settings = host.host.state.removingLastComponent().appending("berth.toml")
        try write(text ?? good(host), to: settings)
        let agent = try await Agent(
            hostFile: HostFile(settings),
            host: host.host,
            log: Logger(label: "test") { [journal = host.journal] _ in journal },
            serviceManager: ServiceManager(),
            version: "1.2.3",
            patience: patience
        )
        let (orders, order) = AsyncStream.makeStream(of: Agent.Order.self)
        let life = Task(executorPreference: host.host.executor) { try await agent.run(orders) }
        await host.journal.awaitLine(with: "berth watches ")
        try await body(order, settings)
        order.yield(.stop)
        try await life.value
        #expect(host.journal.lines.last == "berth has stopped")
    }

    private func good(_ host: StoryHost, _ more: String = "") -> String {
        "[apps.shop]\ndirectory = \"\(host.app.directory)\"\nspool = \"\(host.app.spool)\"\n\(more)"
    }

    @Test func aDropIsDeployed() async throws {
        try await withStoryHost { host in
            try await withAgent(host) { _, _ in
                try host.spool.submit(Array("IMAGE_TAG=v2\n".utf8))
                await host.journal.awaitLine(with: "shop #2: deployed")
                #expect(try File.names(in: host.app.spool) == [])
            }
        }
    }

    @Test func settingsThatAreWrongChangeNothing() async throws {
        try await withStoryHost { host in
            try await withAgent(host) { order, settings in
                try write("colour = 1\n", to: settings)
                order.yield(.reload)
                await host.journal.awaitLine(with: "berth.toml:1: colour: unknown key")
                try host.spool.submit(Array("IMAGE_TAG=v2\n".utf8))
                await host.journal.awaitLine(with: "shop #2: deployed")
            }
        }
    }

    @Test func newSettingsHoldFromTheNextDropOn() async throws {
        try await withStoryHost { host in
            try await withAgent(host) { order, settings in
                try write(good(host, "variables = [\"OTHER\"]\n"), to: settings)
                order.yield(.reload)
                await host.journal.awaitLine(with: "read its settings again")
                try host.spool.submit(Array("IMAGE_TAG=v2\n".utf8))
                await host.journal.awaitLine(with: "shop #2: refused")
                try write("", to: settings)
                order.yield(.reload)
                await host.journal.awaitLine(with: "again: 0 apps")
                try write(good(host), to: settings)
                order.yield(.reload)
                await host.journal.awaitLine(with: "again: 1 app")
                try host.spool.submit(Array("IMAGE_TAG=v2\n".utf8))
                await host.journal.awaitLine(with: "shop #3: deployed")
            }
        }
    }

    @Test func aSpoolThatIsStuckIsToldOnceAndWorksAgain() async throws {
        try await withStoryHost { host in
            try await withAgent(host) { order, _ in
                let drop = host.app.spool.appending(".env.deploy")
                try File.makeFolder(drop, mode: .ownerReadWriteExecute)
                await host.journal.awaitLine(with: "cannot be taken")
                order.yield(.reload)
                await host.journal.awaitLine(with: "read its settings again")
                #expect(host.journal.lines.count { $0.contains("cannot be taken") } == 1)
                try File.removeFolder(drop)
                try host.spool.submit(Array("IMAGE_TAG=v2\n".utf8))
                await host.journal.awaitLine(with: "shop #2: deployed")
            }
        }
    }

    @Test func aSpoolThatIsMissingIsToldAndSeenWhenItIsMade() async throws {
        try await withStoryHost { host in
            try File.removeFolder(host.app.spool)
            try await withAgent(host) { _, _ in
                await host.journal.awaitLine(with: "drops cannot arrive in \(host.app.spool)")
                try File.makeFolder(host.app.spool, mode: .ownerReadWriteExecute)
                try host.spool.submit(Array("IMAGE_TAG=v2\n".utf8))
                await host.journal.awaitLine(with: "shop #2: deployed")
            }
        }
    }

    /// An app whose CI drops without end, and one behind it in the order of the names.
    @Test func noAppsDropsKeepThoseOfAnotherWaiting() async throws {
        try await withStoryHost(hasWayBack: false) { host in
            let other = Spool(host.app.spool.removingLastComponent().appending("other"))
            try File.makeFolder(other.folder, mode: .ownerReadWriteExecute)
            let settings = """
                [apps.aaa]
                directory = "\(host.app.directory.appending("missing"))"
                spool = "\(host.app.spool)"
                [apps.shop]
                directory = "\(host.app.directory)"
                spool = "\(other.folder)"
                """
            let drop = Array("PATH=1\n".utf8)
            try host.spool.submit(drop)
            try other.submit(drop)
            for number in 1...5 {
                host.journal.when(with: "aaa #\(number): refused") { [spool = host.spool] in try? spool.submit(drop) }
            }
            try await withAgent(host, settings: settings) { _, _ in
                await host.journal.awaitLine(with: "aaa #6: refused")
                let lines = host.journal.lines
                let second = try #require(lines.firstIndex { $0.hasPrefix("aaa #2: ") })
                #expect(try #require(lines.firstIndex { $0.hasPrefix("shop #1: ") }) < second)
            }
        }
    }

    @Test func dropsThatComeTooFastWait() async throws {
        try await withStoryHost { host in
            let drop = Array("PATH=1\n".utf8)
            let taken = Latch()
            // Each drop is followed by another one, until one was taken after its wait.
            for number in 2...200 {
                host.journal.when(with: "shop #\(number): refused") { [spool = host.spool, journal = host.journal] in
                    guard !journal.lines.contains(where: { $0.contains("too fast") }) else { return taken.open() }
                    try? spool.submit(drop)
                }
            }
            try host.spool.submit(drop)
            try await withAgent(host) { _, _ in
                await host.journal.awaitLine(with: "shop: drops come too fast")
                #expect(host.journal.verdicts.count >= 20)
                await taken.wait()
                #expect(host.journal.lines.count { $0.contains("too fast") } == 1)
            }
        }
    }

    /// The agent was killed in mid-deployment, and the app was removed from the settings before the next one started.
    @Test(arguments: [([Phase.claim, .check, .pull], Verdict.failed), ([.claim, .check, .up], .unhealthy)])
    func whatAnAppLeftThatIsNoLongerThereIsEnded(phases: [Phase], verdict: Verdict) async throws {
        try await withStoryHost { host in
            host.change {
                $0.holds = [ShopEngine.Container(id: "left", image: "sha256:v1")]
                $0.answers["GET /_ping"] = []
            }
            host.journal.when(with: "The Docker Engine does not answer") { [host] in
                host.change { $0.answers["GET /_ping"] = nil }
            }
            var record = Record(app: host.app.name, number: 2, received: .now)
            record.phases = phases.map { Record.PhaseTime(name: $0) }
            record.started = .now
            try host.store.save(record)
            try await withAgent(host, settings: "") { order, settings in
                await host.journal.awaitLine(with: "shop #2: \(verdict)")
                #expect(host.engine.holds.isEmpty && host.did.isEmpty)
                #expect(try host.record(2).verdict == verdict && host.record(2).cause == .appRemoved)
                // It may come back.
                try write(good(host), to: settings)
                order.yield(.reload)
                await host.journal.awaitLine(with: "again: 1 app")
                try host.spool.submit(Array("IMAGE_TAG=v2\n".utf8))
                await host.journal.awaitLine(with: "shop #3: deployed")
            }
        }
    }

    @Test func aDropThatNeverBecomesCompleteIsToldOnce() async throws {
        try await withStoryHost { host in
            try await withAgent(host, patience: .milliseconds(200)) { order, _ in
                let path = host.app.spool.appending(".env.deploy")
                let writer = try FileDescriptor.open(
                    path,
                    .writeOnly,
                    options: [.create],
                    permissions: .ownerReadWrite
                )
                order.yield(.reload)
                await host.journal.awaitLine(with: "\(path) is still open for writing")
                order.yield(.reload)
                await host.journal.awaitLine(with: "read its settings again")
                try writer.writeAll(Array("IMAGE_TAG=v2\n".utf8))
                try writer.close()
                await host.journal.awaitLine(with: "shop #2: deployed")
                #expect(host.journal.lines.count { $0.contains("open for writing") } == 1)
            }
        }
    }

    @Test func withoutSettingsThatAreRightItDoesNotStart() async throws {
        try await withStoryHost { host in
            let settings = host.host.state.removingLastComponent().appending("berth.toml")
            try write("colour = 1\n", to: settings)
            let (log, hostFile) = (Logger(label: "test") { [journal = host.journal] _ in journal }, HostFile(settings))
            await #expect(throws: SettingsError.self) {
                _ = try await Agent(
                    hostFile: hostFile,
                    host: host.host,
                    log: log,
                    serviceManager: ServiceManager(),
                    version: "1.2.3"
                )
            }
        }
    }
}

extension File {
    /// Removes an empty folder.
    fileprivate static func removeFolder(_ path: FilePath) throws(Errno) {
        guard Glibc.rmdir(path.string) == 0 else { throw Errno(rawValue: Glibc.errno) }
    }
}
