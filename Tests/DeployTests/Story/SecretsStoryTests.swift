import Linux
import Rules
import Support
import SystemPackage
import Testing

@testable import Deploy

/// What becomes of a secret that CI sends under a name of its own: a rollback renders the Compose file with the variables
/// of the record, so none that is masked there may be of use.
@Suite(.timeLimit(.minutes(1))) struct SecretsStoryTests {
    /// Drops v2 with a secret.
    private func deploy(on host: StoryHost) async throws -> Record {
        let worker = try await host.worker()
        let drop = "IMAGE_TAG=v2\nDB_PASSWORD=hunter22\n"
        try await worker.take(.drop(Array(drop.utf8)), from: host.spool)
        await worker.retire()
        await Task(executorPreference: host.host.executor) { await worker.run() }.value
        return try host.record(2)
    }

    private func environment(_ text: String, on host: StoryHost) throws {
        try write(text, to: host.app.directory.appending(".env"))
    }

    @Test(arguments: ["", "# DB_PASSWORD comes from CI\n", "DB_PASSWORD=other\n", "URL=$$DB_PASSWORD\n"])
    func oneThatNothingUsesIsMasked(text: String) async throws {
        try await withStoryHost { host in
            try environment(text, on: host)
            let record = try await deploy(on: host)
            #expect(record.verdict == .deployed, "\(record.reason ?? "")")
            #expect(record.variables == ["IMAGE_TAG": "v2", "DB_PASSWORD": "[redacted]"])
        }
    }

    @Test(arguments: [
        "URL=postgres://app:${DB_PASSWORD}@db/app\n", "URL=\"${OTHER:-$DB_PASSWORD}\"\n", "A=\"\n${DB_PASSWORD}\"\n",
        "DB_PASSWORD\n",
    ])
    func oneThatEnvUsesIsRefused(text: String) async throws {
        try await withStoryHost { host in
            try environment(text, on: host)
            let record = try await deploy(on: host)
            #expect(record.cause == .secretInDrop)
            #expect(record.reason?.hasPrefix("DB_PASSWORD sounds like a secret, and .env uses it:") == true)
            #expect(record.variables["DB_PASSWORD"] != "hunter22" && host.did.isEmpty)
        }
    }

    @Test(arguments: ["\"PATH\"", #"[{"path":"PATH"},{"path":"/missing","required":false}]"#])
    func oneThatAnEnvironmentFileUsesIsRefused(written: String) async throws {
        try await withStoryHost { host in
            let file = host.app.directory.appending("db.env")
            try write("URL=${DB_PASSWORD}\n", to: file)
            let files = written.replacing("PATH", with: file.string)
            try host.setTemplate(#"{"services":{"app":{"env_file":\#(files)}}}"#)
            let record = try await deploy(on: host)
            #expect(record.cause == .secretInDrop)
            #expect(record.reason?.contains("and an env_file uses it:") == true)
        }
    }
}
