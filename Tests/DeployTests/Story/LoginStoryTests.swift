import Glibc
import Linux
import Rules
import Support
import SystemPackage
import Testing

@testable import Deploy

/// When the registry is asked about the credential of a drop: at most once, and never for a drop that is refused at once.
@Suite(.timeLimit(.minutes(1))) struct LoginStoryTests {
    @Test func aDropThatIsDeployedAsksOnce() async throws {
        try await withStoryHost { host in
            let count = try await questions(of: host)
            #expect(count == 1)
            #expect(try host.record(2).verdict == .deployed)
        }
    }

    @Test func aHeldAppAsksNothing() async throws {
        try await withStoryHost { host in
            try host.store.hold(because: "why")
            let count = try await questions(of: host)
            #expect(count == 0)
            #expect(try host.record(2).cause == .held)
        }
    }

    @Test func anAppWithoutItsEnvironmentAsksNothing() async throws {
        try await withStoryHost { host in
            unlink(host.app.directory.appending(".env").string)
            let count = try await questions(of: host)
            #expect(count == 0)
            #expect(try host.record(2).cause == .envMissing)
        }
    }

    @Test func aRefusedCredentialIsAskedAboutOnce() async throws {
        try await withStoryHost { host in
            host.change { $0.answers["POST /auth"] = .failure(401, "unauthorized") }
            let count = try await questions(of: host)
            #expect(count == 1)
            #expect(try host.record(2).cause == .credentialRefused)
        }
    }

    /// The registry may answer by the time that its answer is needed.
    @Test func aRegistryThatDoesNotAnswerIsAskedAgain() async throws {
        try await withStoryHost { host in
            host.change { $0.answers["POST /auth"] = .failure(500, "no such host") }
            host.journal.when("shop #2: login") { [host] in host.change { $0.answers["POST /auth"] = nil } }
            let count = try await questions(of: host)
            #expect(count == 2)
            #expect(try host.record(2).verdict == .deployed)
        }
    }

    /// Drops v2 with a credential.
    ///
    /// - Returns: how often the registry is asked.
    private func questions(of host: StoryHost) async throws -> Int {
        var settings = Settings()
        (settings.disk.guard, settings.disk.target, settings.disk.refuse) = (100, 99, 100)
        let worker = try await host.worker(settings)
        let drop = "IMAGE_TAG=v2\nGITHUB_ACTOR=ci\nGITHUB_TOKEN=secret-token\n"
        try await worker.take(.drop(Array(drop.utf8)), from: Spool(host.app.spool))
        await worker.retire()
        await Task(executorPreference: host.host.executor) { await worker.run() }.value
        return host.asked.count { $0.hasPrefix("POST /auth") }
    }
}
