import DockerModel
import Rules
import Support
import Synchronization
import Testing

@testable import Deploy

/// An agent that is killed again and again: no deployment keeps it from its work for ever.
@Suite(.timeLimit(.minutes(1))) struct PersistenceTests {
    /// Plays an agent that is killed whenever the line is written, `kills` times, and then one that lives.
    private func play(_ host: StoryHost, killedAt line: String, kills: Int, drop: String = "IMAGE_TAG=v2\n")
        async throws
    {
        for life in 0...kills {
            let snapshot = Mutex<StoryHost.Snapshot?>(nil)
            if life < kills {
                host.journal.when(line) { [host] in snapshot.withLock { $0 = try? host.snapshot() } }
            }
            try await live(host, drop: life == 0 ? drop : nil)
            if life < kills { try host.restore(try #require(snapshot.withLock { $0 })) }
        }
    }

    private func live(_ host: StoryHost, drop: String? = nil, stopAt line: String? = nil) async throws {
        let worker = try await host.worker()
        if let drop { try await worker.take(.drop(Array(drop.utf8)), from: Spool(host.app.spool)) }
        await worker.retire()
        if let line { host.journal.when(line) { withUnsafeCurrentTask { $0?.cancel() } } }
        await Task(executorPreference: host.host.executor) { await worker.run() }.value
    }

    @Test(arguments: [(Phase.health, ["up v1"]), (.up, ["up v1"]), (.after, ["up v1"])])
    func theThirdStartGoesBack(phase: Phase, did: [String]) async throws {
        try await withStoryHost { host in
            try await play(host, killedAt: "shop #2: \(phase)", kills: 3)
            let record = try host.record(2)
            #expect(record.verdict == .rolledBack && record.cause == .noProgress)
            #expect(record.reason?.contains("the agent ended 3 times during \(phase)") == true)
            #expect(host.did == did)
            #expect(host.engine.container?.image == "sha256:v1")
        }
    }

    @Test func theThirdStartInAStepBeforeTheSwitchFails() async throws {
        try await withStoryHost { host in
            try await play(host, killedAt: "shop #2: before", kills: 3)
            let record = try host.record(2)
            #expect(record.verdict == .failed && record.cause == .noProgress)
            #expect(host.did == [])
            #expect(host.engine.container?.image == "sha256:v1")
        }
    }

    @Test func withoutAWayBackItStays() async throws {
        try await withStoryHost(hasWayBack: false) { host in
            try await play(host, killedAt: "shop #1: health", kills: 3)
            let record = try host.record(1)
            #expect(record.verdict == .unhealthy && record.cause == .noProgress)
            #expect(host.did == [])
        }
    }

    @Test func whatHasPassedTheGateIsDeployed() async throws {
        try await withStoryHost { host in
            try await play(host, killedAt: "shop #2: settle", kills: 3)
            let record = try host.record(2)
            #expect(record.verdict == .deployed && record.cause == nil)
            #expect(host.did == [])
        }
    }

    @Test func twoStartsAreResumed() async throws {
        try await withStoryHost { host in
            try await play(host, killedAt: "shop #2: health", kills: 2)
            let record = try host.record(2)
            #expect(record.verdict == .deployed && record.resumed == nil)
        }
    }

    /// A rollback that ends the agent has as many starts, and is not begun again after them.
    @Test func aRollbackThatEndsTheAgentTouchesNothingMore() async throws {
        try await withStoryHost { host in
            host.change { $0.bad = ["sha256:v2"] }
            try await play(host, killedAt: "shop #2: rollback", kills: 3)
            let record = try host.record(2)
            #expect(record.verdict == .rollbackFailed && record.cause == .noProgress)
            #expect(record.reason?.contains("app is unhealthy") == true)
            #expect(record.reason?.contains("the rollback to #1 failed: the agent ended 3 times") == true)
            #expect(host.did == [])
        }
    }

    /// What ends the agent while it looks for the way back ends it once.
    @Test func theFourthStartOnlyEnds() async throws {
        try await withStoryHost { host in
            try await play(host, killedAt: "shop #2: health", kills: 3)
            var record = try host.record(2)
            (record.verdict, record.resumed, record.rolledBackTo, record.cause) = (nil, 3, nil, nil)
            record.phases.removeAll { $0.name == .rollback }
            try host.reopen(record)
            try await live(host)
            #expect(try host.record(2).verdict == .unhealthy)
            #expect(host.did == ["up v1"])
        }
    }

    /// Lets a rollback be killed as it begins.
    private func killRollback(_ host: StoryHost) async throws {
        host.change { $0.bad = ["sha256:v2"] }
        let snapshot = Mutex<StoryHost.Snapshot?>(nil)
        host.journal.when("shop #2: rollback") { [host] in snapshot.withLock { $0 = try? host.snapshot() } }
        try await live(host, drop: "IMAGE_TAG=v2\n")
        try host.restore(try #require(snapshot.withLock { $0 }))
    }

    @Test func aRollbackGoesOnThoughTheBadReleaseCannotBeReadAnyMore() async throws {
        try await withStoryHost { host in
            try await killRollback(host)
            try host.fail("config v2")
            try await live(host)
            let record = try host.record(2)
            #expect(record.verdict == .rolledBack && record.cause == .notHealthy, "\(record.reason ?? "")")
            #expect(host.engine.container?.image == "sha256:v1")
            #expect(record.running == ["app": "sha256:v1"])
            #expect(host.engine.holds.isEmpty)
        }
    }

    /// It may have put some of the good release back.
    @Test func aRollbackThatCannotGoOnHasFailed() async throws {
        try await withStoryHost { host in
            try await killRollback(host)
            host.change { $0.answers["GET /images/sha256:v1/json"] = .failure(404, "No such image") }
            try await live(host)
            let record = try host.record(2)
            #expect(record.verdict == .rollbackFailed && record.cause == .wayBackMissing, "\(record.reason ?? "")")
            #expect(record.reason?.contains("and the rollback to #1 failed") == true)
        }
    }

    /// A stop forgives only its own start: what has ended two agents may end a third.
    @Test func aStopDoesNotForgiveTheCrashesBefore() async throws {
        try await withStoryHost { host in
            try await live(host, drop: "IMAGE_TAG=v2\n", stopAt: "shop #2: health")
            var record = try host.record(2)
            record.resumed = 1
            try host.reopen(record)
            try await live(host, stopAt: "shop #2: health")
            #expect(try host.record(2).resumed == 1)
        }
    }

    /// A stop while it proves the way back again is a stop, and no want of a way back.
    @Test(arguments: [Phase.rollback, .health])
    func aStopInTheProofLeavesTheRestToTheNextAgent(phase: Phase) async throws {
        try await withStoryHost { host in
            try await killRollback(host)
            if phase == .health {
                var record = try host.record(2)
                (record.rolledBackTo, record.cause, record.reason, record.resumed) = (nil, nil, nil, 2)
                record.phases.removeAll { $0.name == .rollback }
                try host.reopen(record)
            }
            let asked = Latch()
            // The proof asks for the image.
            host.change { $0.answers["GET /images/sha256:v1/json"] = [.open(asked), .awaitHangUp(Latch())] }
            let worker = try await host.worker()
            let life = Task(executorPreference: host.host.executor) { await worker.run() }
            await asked.wait()
            life.cancel()
            await life.value
            #expect(try host.record(2).verdict == nil)
            host.change { $0.answers = [:] }
            try await live(host)
            #expect(try host.record(2).verdict == .rolledBack)
        }
    }

    /// A stop in good order is no fault of the deployment.
    @Test func aStopDoesNotCount() async throws {
        try await withStoryHost { host in
            try await live(host, drop: "IMAGE_TAG=v2\n", stopAt: "shop #2: health")
            for _ in 0..<4 { try await live(host, stopAt: "shop #2: health") }
            #expect(try host.record(2).resumed == nil)
            try await live(host)
            #expect(try host.record(2).verdict == .deployed)
        }
    }
}

/// Containers that hooks of a service have left.
@Suite(.timeLimit(.minutes(1))) struct HookTests {
    private func deploy(_ host: StoryHost) async throws -> Record {
        let worker = try await host.worker()
        try await worker.take(.drop(Array("IMAGE_TAG=v2\n".utf8)), from: Spool(host.app.spool))
        await worker.retire()
        await Task(executorPreference: host.host.executor) { await worker.run() }.value
        return try host.record(2)
    }

    @Test func oneFromBeforeIsNoneOfTheServices() async throws {
        try await withStoryHost { host in
            host.change { $0.hooks["old"] = 1 }
            let record = try await deploy(host)
            #expect(record.verdict == .deployed)
            #expect(record.running == ["app": "sha256:v2"])
            #expect(host.engine.hooks.count == 1)
        }
    }

    @Test func oneOfTheSwitchIsEvidenceAndIsRemovedBeforeTheRollback() async throws {
        try await withStoryHost { host in
            host.change {
                ($0.hooks["old"], $0.hookOfUp["v2"], $0.bad) = (1, "new", ["sha256:v2"])
            }
            let record = try await deploy(host)
            #expect(record.verdict == .rolledBack)
            #expect(
                record.evidence.map(\.problem) == [
                    "is unhealthy: its healthcheck fails", "hook pre_start failed, exit code 1",
                ]
            )
            #expect(record.evidence.last?.container?.id == "new")
            #expect(host.engine.hooks.isEmpty)
        }
    }

    @Test func aHealthyAppIsDeployedBesideAFailedHook() async throws {
        try await withStoryHost { host in
            host.change { $0.hookOfUp["v2"] = "new" }
            let record = try await deploy(host)
            #expect(record.verdict == .deployed)
        }
    }
}
