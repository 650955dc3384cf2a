import Glibc
import Rules
import Support
import SystemPackage
import Testing

@testable import Deploy

/// What the Engine and Compose can do to a switch and to the way back. `Tests/host/engine.bats` has the same with a real one.
@Suite(.timeLimit(.minutes(1))) struct EngineFaultTests {
    /// One agent's life with one drop for v2.
    private func deploy(on host: StoryHost) async throws {
        let worker = try await host.worker()
        try await worker.take(.drop(Array("IMAGE_TAG=v2\n".utf8)), from: Spool(host.app.spool))
        await worker.retire()
        await Task(executorPreference: host.host.executor) { await worker.run() }.value
    }

    /// It is the only attempt, and nothing has been tried by then.
    @Test func theWayBackWaitsForAnEngineThatFailsForAMoment() async throws {
        try await withStoryHost(policy: "{}") { host in
            host.change { $0.bad = ["sha256:v2"] }
            host.journal.when("shop #2: rollback") {
                host.change { $0.answers["GET /containers/json"] = .failure(500, "oh") }
            }
            host.journal.when(with: "shop #2: waiting for the Engine: ") {
                host.change { $0.answers["GET /containers/json"] = nil }
            }
            try await deploy(on: host)
            #expect(try host.record(2).verdict == .rolledBack)
            #expect(host.engine.container?.image == "sha256:v1")
        }
    }

    /// Compose would take it for the service's second container, and remove the one that runs.
    @Test func whatACutUpHasMadeAndNotStartedGoesBeforeTheWayBack() async throws {
        try await withStoryHost(policy: "{}") { host in
            try host.fail("up v2")
            let labels = ShopEngine.Container.built.merging(["com.docker.compose.oneoff": "False"]) { $1 }
            let old = try #require(host.engine.container?.id)
            let half = ShopEngine.Container(id: "\(old)_shop-app-1", image: "sha256:v2", labels: labels, isUp: false)
            host.journal.when("shop #2: up") { host.change { $0.beside = [half] } }
            try await deploy(on: host)
            #expect(try host.record(2).verdict == .rolledBack)
            #expect(host.engine.beside.isEmpty)
        }
    }

    /// Neither the switch nor the way back could begin.
    @Test(arguments: [true, false])
    func withoutComposeTheSwitchDoesNotBegin(hasPlugin: Bool) async throws {
        try await withStoryHost(policy: "{}", hasPlugin: hasPlugin) { host in
            let program = hasPlugin ? host.plugin : host.docker
            host.journal.when("shop #2: up") { unlink(program.string) }
            let before = host.engine.container?.id
            try await deploy(on: host)
            let record = try host.record(2)
            #expect(record.verdict == .failed)
            #expect(record.cause == .commandNotStarted)
            #expect(host.engine.container?.id == before)
        }
    }
}
