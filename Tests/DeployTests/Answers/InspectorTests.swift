import DockerModel
import Glibc
import Linux
import Logging
import Rules
import Support
import SystemPackage
import Testing

@testable import Deploy

/// What a look at an app finds, with the checks of a real deployment.
@Suite(.timeLimit(.minutes(1))) struct InspectorTests {
    /// The errors and warnings of an app that `change` breaks.
    private func findings(
        hasWayBack: Bool = true,
        settings: String = "",
        seenBy viewer: Viewer = .agent,
        _ change: (StoryHost) throws -> Void
    ) async throws -> [String] {
        var sentences: [String] = []
        try await withStoryHost(hasWayBack: hasWayBack) { host in
            chmod(host.app.spool.string, 0o2770)
            let file = host.app.directory.removingLastComponent().appending("berth.toml")
            try write(
                """
                [apps.shop]
                directory = "\(host.app.directory)"
                spool = "\(host.app.spool)"
                backups = "\(host.app.backups)"
                \(settings)
                """,
                to: file
            )
            try change(host)
            let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let inspector = Inspector(hostFile: HostFile(file), host: host.host, log: log, viewer: viewer)
            let found = try await Task(executorPreference: host.host.executor) {
                try await inspector.findings()
            }.value
            sentences = found.findings.filter { $0.severity != .note && $0.area != .disk }
                .map { "\($0.severity) \($0.area.rawValue) \($0.sentence)" }
        }
        return sentences
    }

    @Test func aSoundAppIsNoFinding() async throws {
        #expect(try await findings { _ in } == [])
        #expect(try await findings(hasWayBack: false) { _ in } == [])
    }

    @Test func rootLooksAtNoApp() async throws {
        let found = try await findings(seenBy: .root) { host in
            unlink(host.app.directory.appending(".env").string)
            host.change { $0.names = [:] }
        }
        #expect(
            found.count == 1 && found.first?.hasPrefix("error agent user berth does not exist or cannot be") == true
        )
    }

    @Test func anAppWithoutItsEnvironment() async throws {
        let found = try await findings { host in unlink(host.app.directory.appending(".env").string) }
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("error folder ") == true && found.first?.hasSuffix("/.env is missing") == true)
    }

    @Test func aWayBackWithoutItsImage() async throws {
        let found = try await findings { host in host.change { $0.names = [:] } }
        #expect(found.first?.hasPrefix("error way-back the way back to #1 is not usable: image") == true)
    }

    @Test func bothAreNamedIfTheReleaseIsWrongToo() async throws {
        let found = try await findings { host in
            try host.fail("template v1")
            try host.fail("config v1")
            host.change { $0.names = [:] }
        }
        #expect(found.contains { $0.hasPrefix("error way-back ") })
        #expect(found.contains { $0.hasPrefix("error folder ") })
    }

    @Test func aHeldAppIsLookedAtAllTheSame() async throws {
        let found = try await findings { host in
            try host.store.hold(because: "why")
            unlink(host.app.directory.appending(".env").string)
        }
        #expect(found.count == 1 && found.first?.hasSuffix("/.env is missing") == true)
    }

    @Test func aPortWithoutAHealthcheck() async throws {
        let found = try await findings { host in try host.addToService(#","ports":[{"target":80}]"#) }
        #expect(found.count == 1 && found.first?.hasPrefix("warning services service app publishes a port") == true)
    }

    @Test func aDropIsAsOldAsItsArrival() async throws {
        let found = try await findings { host in
            let moment = timespec(tv_sec: 1, tv_nsec: 0)
            let drop = host.app.spool.appending(".env.deploy")
            try write("IMAGE_TAG=v2\n", to: drop)
            // When it was written a sender may choose; when it came the kernel tells, and that is now.
            var times = [moment, moment]
            utimensat(AT_FDCWD, drop.string, &times, 0)
        }
        #expect(found == [])
    }

    @Test func wrongSettingsAreAFinding() async throws {
        let found = try await findings(settings: "colour = 1") { _ in }
        #expect(found.count == 1 && found.first?.contains("apps.shop.colour: unknown key") == true)
    }

    @Test func anEngineThatIsAway() async throws {
        let found = try await findings { host in host.change { $0.answers["GET /info"] = [] } }
        #expect(found.count == 1 && found.first?.hasPrefix("error docker Docker Engine, GET /v1.47/info") == true)
    }
}
