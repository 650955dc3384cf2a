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
        _ body: (AsyncStream<Agent.Order>.Continuation, _ settings: FilePath) async throws -> Void
    ) async throws {
        let settings = host.host.state.removingLastComponent().appending("berth.toml")
        try write(good(host), to: settings)
        let agent = try await Agent(
            hostFile: HostFile(settings),
            host: host.host,
            log: Logger(label: "test") { [journal = host.journal] _ in journal },
            serviceManager: ServiceManager()
        )
        let (orders, order) = AsyncStream.makeStream(of: Agent.Order.self)
        let life = Task(executorPreference: host.host.executor) { try await agent.run(orders) }
        await host.journal.awaitLine(with: "berth watches 1 app")
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

    @Test func withoutSettingsThatAreRightItDoesNotStart() async throws {
        try await withStoryHost { host in
            let settings = host.host.state.removingLastComponent().appending("berth.toml")
            try write("colour = 1\n", to: settings)
            let (log, hostFile) = (Logger(label: "test") { [journal = host.journal] _ in journal }, HostFile(settings))
            await #expect(throws: SettingsError.self) {
                _ = try await Agent(hostFile: hostFile, host: host.host, log: log, serviceManager: ServiceManager())
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
