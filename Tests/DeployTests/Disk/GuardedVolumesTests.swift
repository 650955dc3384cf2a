import Docker
import DockerModel
import Glibc
import Linux
import Rules
import Support
import SystemPackage
import Testing

@testable import Deploy

/// The guard removes only volumes that certainly nothing needs.
@Suite(.timeLimit(.minutes(1))) struct GuardedVolumesTests {
    private static let free = String(repeating: "1f", count: 32)
    private static let used = String(repeating: "2e", count: 32)
    private static let mention = "services: {app: {volumes: [{source: \(free), target: /data}]}}"

    /// A host with a volume that may be removed.
    private func withHost(_ body: (GuardedHost) async throws -> Void) async throws {
        var engine = InMemoryEngine()
        engine.volumes = [
            .init(name: Self.free), .init(name: Self.used), .init(name: "shop_db"),
            .init(name: "unmarked", isAnonymous: false),
        ]
        engine.containers = [.init(name: "stopped", image: "sha256:gone", volumes: [Self.used])]
        try await withGuardedHost(engine) { host in
            try host.record(1, .deployed, image: "sha256:of-1", compose: "services: {}")
            try await body(host)
        }
    }

    /// Returns why the unreferenced volume stays, or nil if it is removed.
    private func expect(_ reason: Kept.Reason?, _ host: GuardedHost, apps: [AppSettings]? = nil) async throws {
        let report = try await host.disk(volumes: .anonymous, apps: apps).prune(.explained)
        #expect(report.kept.first { $0.subject == .volume(VolumeName(rawValue: Self.free)) }?.reason == reason)
        #expect(host.changes == (reason == nil ? ["DELETE /volumes/\(Self.free)"] : []))
        #expect(host.engine.volumes.count == (reason == nil ? 3 : 4))
    }

    @Test func onlyAnAnonymousOneThatNothingRefersToGoes() async throws {
        try await withHost { host in
            try await expect(nil, host)
            #expect(host.changes == ["DELETE /volumes/\(Self.free)"])
            #expect(host.engine.volumes.map(\.name) == [Self.used, "shop_db", "unmarked"])
            #expect(host.warnings.isEmpty)
        }
    }

    @Test func noneGoesWhereTheHostSaysSo() async throws {
        try await withHost { host in
            let report = try await host.disk(volumes: .keep).prune(.explained)
            #expect(host.changes.isEmpty)
            #expect(
                report.kept.contains {
                    $0.subject == .volume(VolumeName(rawValue: Self.free)) && $0.reason == .volumesStay
                }
            )
            // Things that stay regardless of their size are not measured.
            #expect(!host.asked.contains("GET /system/df?type=volume"))
        }
    }

    @Test func oneThatGetsAContainerAtTheLastMomentStays() async throws {
        try await withHost { host in
            host.change { engine in
                engine.meanwhile["DELETE /volumes/\(Self.free)"] = {
                    $0.containers.append(.init(name: "new", image: "sha256:gone", volumes: [Self.free]))
                }
            }
            let report = try await host.disk(volumes: .anonymous).prune(.guarded)
            #expect(report.steps.map(\.hasFailed) == [true])
            #expect(host.engine.volumes.count == 4)
        }
    }

    @Test func oneOfUnknownSizeGoesToo() async throws {
        try await withHost { host in
            host.change { $0.answers["GET /system/df"] = .failure(500, "a plugin hangs") }
            try await expect(nil, host)
        }
    }

    // MARK: - Mentions

    @Test(arguments: ["file", "env", "config", "template"])
    func oneThatTheProjectMentionsStays(place: String) async throws {
        try await withHost { host in
            try host.makeProject(
                file: place == "file" ? Self.mention : "services: {}",
                env: place == "env" ? "VOLUME=\(Self.free)" : "",
                config: place == "config" ? Self.mention : "{}",
                template: place == "template" ? Self.mention : "{}"
            )
            try await expect(.mentioned(app: host.app.name), host)
        }
    }

    @Test func oneThatTheFolderMentionsWithTheLastDropsVariablesStays() async throws {
        try await withHost { host in
            try write("echo \"$HALF$HALF\"", to: host.app.directory.appending("compose"))
            try host.record(2, .failed, variables: ["HALF": String(Self.free.prefix(32))])
            try host.record(3, .superseded)
            try await expect(.mentioned(app: host.app.name), host)
        }
    }

    @Test func oneThatAReleaseMentionsStays() async throws {
        try await withHost { host in
            try host.record(2, .deployed, image: "sha256:of-2", compose: Self.mention)
            try await expect(.mentioned(app: host.app.name), host)
        }
        try await withHost { host in
            try host.record(2, .failed, variables: ["VOLUME": Self.free])
            try await expect(.mentioned(app: host.app.name), host)
        }
    }

    /// The app's Compose file may return when the settings name the app again.
    @Test func oneThatARecordOfAnAppMentionsThatTheHostsFileNoLongerNamesStays() async throws {
        try await withHost { host in
            let gone = try #require(AppName("gone"))
            try host.record(1, .deployed, of: gone, compose: Self.mention)
            try await expect(.mentioned(app: gone), host, apps: [])
        }
    }

    // MARK: - Read errors

    @Test func noneGoesWhereARecordCannotBeRead() async throws {
        try await withHost { host in
            try write("nonsense", to: host.store().folder.appending("2.json"))
            try await expect(.composeUnreadable, host)
            #expect(host.warnings.count == 1 && host.warnings[0].contains("the records of shop cannot all be read"))
        }
    }

    @Test func noneGoesWhereAStoredComposeFileIsNotWhatWasStored() async throws {
        try await withHost { host in
            let record = try host.record(2, .deployed, compose: "services: {}")
            try write(Self.mention, to: FilePath(try #require(record.compose).file))
            try await expect(.composeUnreadable, host)
        }
    }

    @Test func noneGoesWhereAnAppsComposeFileCannotBeRendered() async throws {
        try await withHost { host in
            try write("exit 1", to: host.app.directory.appending("compose"))
            try await expect(.composeUnreadable, host)
        }
        try await withHost { host in
            let name = try #require(AppName("away"))
            let away = AppSettings(name: name, directory: host.app.directory.appending("nowhere"))
            try await expect(.composeUnreadable, host, apps: [host.app, away])
        }
    }

    /// Compose quotes what it cannot read of an `.env`.
    @Test func whatComposeSaysOfAnEnvFileIsWithoutItsSecrets() async throws {
        try await withHost { host in
            let line = #"failed to read .env: unexpected character " " in variable name "SECRET KEY=hunter2hunter2""#
            for complaint in [line, "cannot reach k-123456"] {
                try host.makeProject(env: "SECRET KEY=hunter2hunter2\nTOKEN=k-123456\n")
                try write("echo '\(complaint)' >&2; exit 1", to: host.app.directory.appending("compose"))
                try await expect(.composeUnreadable, host)
            }
            #expect(host.warnings.count == 2)
            #expect(!host.warnings.contains { $0.contains("hunter2") || $0.contains("k-123456") })
        }
    }

    @Test func noneGoesWhereThereIsNoDocker() async throws {
        try await withHost { host in
            try #require(unlink(host.real.environment["PATH", default: ""] + "/docker") == 0)
            try await expect(.composeUnreadable, host)
        }
    }
}
