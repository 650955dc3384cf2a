import Glibc
import Linux
import Rules
import Support
import SystemPackage
import Testing

@testable import Deploy

/// A check asks Compose again only about what has changed since an earlier one.
@Suite(.timeLimit(.minutes(1))) struct KnowledgeTests {
    /// What a check asks Compose if it knows nothing: the first of all, and with a last good release.
    private static let first = ["config", "stored", "template", "version"]
    private static let all = (first + ["wayBack"]).sorted()

    @Test func anotherTagNeedsOneQuestion() async throws {
        try await withHost { host in
            try await expect(host, "v1", toAsk: Self.first)
            try await expect(host, "v2", toAsk: ["config"])
            try await expect(host, "v2", toAsk: [])
            try await expect(host, "v1", toAsk: [])
            let check = try host.record(4).phases.first { $0.name == .check }
            #expect(check?.remembered == [.rendering, .template, .version, .wayBack])
            #expect(try host.record(1).phases.allSatisfy { $0.remembered == nil })
            // The way back that was remembered is one.
            host.change { $0.bad = ["sha256:v3"] }
            try await expect(host, "v3", toAsk: ["config"])
            #expect(try host.record(5).verdict == .rolledBack)
            #expect(host.engine.container?.image == "sha256:v1")
        }
    }

    @Test func anotherComposeFileIsProvenAnew() async throws {
        try await withHost { host in
            _ = try await asked(of: host, "v1")
            try write("services: {} # changed", to: file(of: host))
            try await expect(host, "v2", toAsk: ["config", "stored", "template"])
            let (one, two) = (try host.record(1), try host.record(2))
            #expect(one.compose?.sha256 != two.compose?.sha256)
        }
    }

    @Test func anotherEnvironmentFileIsProvenAnew() async throws {
        try await withHost { host in
            _ = try await asked(of: host, "v1")
            try write("PASSWORD=b", to: host.app.directory.appending(".env"))
            try await expect(host, "v2", toAsk: ["config", "stored", "template", "wayBack"])
            try await expect(host, "v3", toAsk: ["config"])
        }
    }

    @Test func anotherVariableIsProvenAnew() async throws {
        try await withHost { host in
            _ = try await asked(of: host, "v1")
            try await expect(host, "v2", "OTHER=1", toAsk: ["config", "stored", "template"])
        }
    }

    /// What `env_file` names is known from the template, so the first check with it knows less.
    @Test func whatEnvFileNamesCounts() async throws {
        try await withHost { host in
            let settings = host.app.directory.appending("app.env")
            try write("services: {} # env_file", to: file(of: host))
            try host.setTemplate(#"{"services":{"app":{"env_file":[{"path":"\#(settings)"}]}}}"#)
            try write("A=1", to: settings)
            try await expect(host, "v1", toAsk: Self.first)
            try await expect(host, "v2", toAsk: ["config", "wayBack"])
            try await expect(host, "v3", toAsk: ["config"])
            try write("A=2", to: settings)
            try await expect(host, "v1", toAsk: ["config", "wayBack"])
        }
    }

    /// To read it could take for ever.
    @Test func aPipeInTheFolderIsNotRead() async throws {
        try await withHost { host in
            let settings = host.app.directory.appending("app.env")
            try write("services: {} # env_file", to: file(of: host))
            try host.setTemplate(#"{"services":{"app":{"env_file":[{"path":"\#(settings)"}]}}}"#)
            _ = try await asked(of: host, "v1")
            #expect(mkfifo(settings.string, 0o600) == 0)
            try await expect(host, "v2", toAsk: Self.all.filter { $0 != "version" })
        }
    }

    @Test func anotherComposeKnowsNothingOfThis() async throws {
        try await withHost { host in
            _ = try await asked(of: host, "v1")
            try File.replace(host.plugin, with: File.read(host.plugin), mode: .ownerReadWriteExecute)
            try await expect(host, "v2", toAsk: Self.all)
            try await expect(host, "v3", toAsk: ["config"])
        }
    }

    @Test(arguments: ["2.29.7", "6.0.0"])
    func aComposeThatMayReadMoreIsAskedAgain(version: String) async throws {
        try await withHost { host in
            try host.setVersion(version)
            _ = try await asked(of: host, "v1")
            try await expect(host, "v2", toAsk: Self.all.filter { $0 != "version" })
            #expect(try host.record(2).phases.first { $0.name == .check }?.remembered == [.version])
            // Nor is the way back that was asked for now.
            try await expect(host, "v2", toAsk: Self.all.filter { $0 != "version" })
        }
    }

    @Test(arguments: ["include", "extends: x", "label_file", "develop", #""incl\u0075de""#, "!!binary aW5jbHVkZQ=="])
    func aFileThatMayNeedOthersIsAskedForAgain(word: String) async throws {
        try await withHost { host in
            try write("services: {} # \(word)", to: file(of: host))
            _ = try await asked(of: host, "v1")
            let asked = try await asked(of: host, "v2")
            #expect(Set(asked).isSuperset(of: ["config", "stored", "template", "wayBack"]))
        }
    }

    @Test func aDeliveryWhileComposeReadsMakesEverythingBeAskedAgain() async throws {
        try await withHost { host in
            _ = try await asked(of: host, "v1")
            try host.hang("config v2")
            async let answers = asked(of: host, "v2")
            await host.journal.awaitLine(with: "config of v2 hangs")
            try write("services: {} # changed", to: file(of: host))
            try host.letGo("config v2")
            let asked = try await answers
            #expect(Set(asked).isSuperset(of: ["config", "stored", "template"]))
        }
    }

    /// Without the plugin, it is not known which program Compose is.
    @Test func behindTheDockerCLINothingIsRemembered() async throws {
        try await withStoryHost(policy: "{}") { host in
            try await expect(host, "v2", toAsk: Self.all)
            try await expect(host, "v3", toAsk: Self.all)
        }
    }

    /// A value of GOGC could reach a container only by its name.
    @Test(arguments: [
        ("services: {}", "A=1", "400"), ("services: {} # GOGC", "A=1", ""), ("services: {}", "GOGC=50", ""),
    ])
    func composeCollectsLessGarbageWhereNothingNamesThat(_ text: String, _ settings: String, _ value: String)
        async throws
    {
        try await withHost { host in
            try write(text, to: file(of: host))
            try write(settings, to: host.app.directory.appending(".env"))
            _ = try await asked(of: host, "v1")
            _ = try await asked(of: host, "v2")
            #expect(host.collectors.suffix(3) == ["config \(value)", "pull \(value)", "up "])
        }
    }

    private func withHost(_ body: (StoryHost) async throws -> Void) async throws {
        try await withStoryHost(hasWayBack: false, policy: "{}", hasPlugin: true, body)
    }

    private func file(of host: StoryHost) -> FilePath { host.app.directory.appending("docker-compose.yml") }

    private func expect(_ host: StoryHost, _ tag: String, _ lines: String = "", toAsk questions: [String]) async throws
    {
        let asked = try await asked(of: host, tag, lines)
        #expect(asked == questions)
    }

    /// Deploys a release.
    ///
    /// - Returns: what Compose was asked by the check, sorted.
    private func asked(
        of host: StoryHost,
        _ tag: String,
        _ lines: String = ""
    ) async throws -> [String] {
        let before = host.commands.count
        var settings = Settings()
        (settings.disk.guard, settings.disk.target, settings.disk.refuse) = (100, 99, 100)
        let worker = try await host.worker(settings)
        try await worker.take(.drop(Array("IMAGE_TAG=\(tag)\n\(lines)\n".utf8)), from: Spool(host.app.spool))
        await worker.retire()
        await Task(executorPreference: host.host.executor) { await worker.run() }.value
        return host.commands.dropFirst(before).compactMap(question).sorted()
    }

    private func question(_ command: String) -> String? {
        if command.contains("--no-interpolate") { return "template" }
        if command.contains(" version ") { return "version" }
        guard command.hasSuffix("config --format json") else { return nil }
        if command.contains("/state/") { return "wayBack" }
        return command.contains("--file") ? "stored" : "config"
    }
}
