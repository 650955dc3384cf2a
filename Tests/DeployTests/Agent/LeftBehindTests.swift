import Docker
import DockerModel
import Glibc
import Linux
import Rules
import Support
import SystemPackage
import Testing

@testable import Deploy

/// What an earlier agent left behind: deployments without a verdict, and claimed drops.
@Suite(.timeLimit(.minutes(1))) struct LeftBehindTests {
    /// Lets a worker work until there is nothing left to do.
    private func finish(_ worker: Worker, on host: StoryHost) async {
        await worker.retire()
        await Task(executorPreference: host.host.executor) { await worker.run() }.value
    }

    @Test func whatHadNotTouchedTheAppHasFailed() async throws {
        try await withStoryHost { host in
            try host.leave(2, in: [.claim])
            try host.leave(3, in: [.claim, .check, .login, .room, .pull])
            await finish(try await host.worker(), on: host)
            #expect(host.journal.verdicts == ["#2 failed", "#3 failed"])
            #expect(try host.record(3).cause == .agentEnded && host.did.isEmpty)
        }
    }

    @Test func whatIsOlderThanTheLastSwitchIsSuperseded() async throws {
        try await withStoryHost { host in
            try host.leave(2, in: [.claim, .check, .up])
            var later = Record(app: host.app.name, number: 3, received: .now)
            later.verdict = .deployed
            try host.store.save(later)
            await finish(try await host.worker(), on: host)
            #expect(host.journal.verdicts == ["#2 superseded"] && host.did.isEmpty)
        }
    }

    /// Lets a new worker take what is in the spool.
    private func takeWhatIsThere(on host: StoryHost) async throws {
        let worker = try await host.worker()
        let claim = try #require(try host.spool.claim())
        try await worker.take(claim, from: host.spool)
        await finish(worker, on: host)
        #expect(try File.names(in: host.app.spool) == [])
    }

    private func claimed(_ text: String, on host: StoryHost) throws {
        try write(text, to: host.app.spool.appending(".env.deploy.claimed"))
    }

    @Test func aDropThatWasClaimedAndNotLetGoKeepsItsNumber() async throws {
        try await withStoryHost { host in
            try claimed("IMAGE_TAG=v2\n", on: host)
            try host.leave(2, in: [.claim])
            try await takeWhatIsThere(on: host)
            #expect(host.journal.verdicts == ["#2 deployed"])
        }
    }

    @Test func aDropThatHasItsVerdictGetsNoSecondOne() async throws {
        try await withStoryHost { host in
            try claimed("IMAGE_TAG=v2\n", on: host)
            try host.leave(2, in: [.claim], .refused)
            try await takeWhatIsThere(on: host)
            #expect(host.journal.verdicts.isEmpty && host.did.isEmpty)
        }
    }

    @Test func anotherDropInTheSpoolGetsANumberOfItsOwn() async throws {
        try await withStoryHost { host in
            try host.leave(2, in: [.claim], ago: .seconds(10))
            try claimed("IMAGE_TAG=v2\n", on: host)
            try await takeWhatIsThere(on: host)
            #expect(Set(host.journal.verdicts) == ["#2 failed", "#3 deployed"])
        }
    }

    @Test func aDropOfAnEndedAgentStillSaysWhoseItWas() async throws {
        try await withStoryHost { host in
            try claimed("IMAGE_TAG=v2\nBERTH_BY=alice\n", on: host)
            host.store.note(Store.Claim(number: 2, file: try #require(host.spool.claimed)))
            try await takeWhatIsThere(on: host)
            #expect(try host.record(2).by == "alice (\(Account.name(of: getuid())))")
        }
    }

    /// The clock was ahead when the last drop came, and was set back since.
    @Test(arguments: [Verdict.refused, nil])
    func aDropIsNotTakenForAnotherOneByTheClock(verdict: Verdict?) async throws {
        try await withStoryHost { host in
            try host.spool.submit(Array("PATH=1\n".utf8))
            try awaitNoWriter(of: host.spool.dropPath)
            try await takeWhatIsThere(on: host)
            try host.reopen(host.record(2, in: [.claim], verdict, ago: .seconds(-3600)))
            try claimed("IMAGE_TAG=v2\n", on: host)
            try await takeWhatIsThere(on: host)
            #expect(host.journal.verdicts.last == "#3 deployed", "\(host.journal.lines)")
        }
    }

    /// The clock was set back between the claim and the record.
    @Test(arguments: [Verdict.refused, nil])
    func aDropIsKnownAgainWhateverTheClock(verdict: Verdict?) async throws {
        try await withStoryHost { host in
            try claimed("IMAGE_TAG=v2\n", on: host)
            host.store.note(Store.Claim(number: 2, file: try #require(host.spool.claimed)))
            try host.leave(2, in: [.claim], verdict, ago: .seconds(3600))
            try await takeWhatIsThere(on: host)
            #expect(host.journal.verdicts == (verdict == nil ? ["#2 deployed"] : []), "\(host.journal.lines)")
        }
    }
}

extension StoryHost {
    /// Puts a record there as an earlier agent left it.
    func leave(_ number: Int, in phases: [Phase], _ verdict: Verdict? = nil, ago: Duration = .zero) throws {
        try store.save(record(number, in: phases, verdict, ago: ago))
    }

    fileprivate func record(_ number: Int, in phases: [Phase], _ verdict: Verdict?, ago: Duration) -> Record {
        var record = Record(app: app.name, number: number, received: .now + (.zero - ago))
        record.verdict = verdict
        record.variables = ["IMAGE_TAG": "v2"]
        record.phases = phases.map { Record.PhaseTime(name: $0) }
        record.started = phases.count > 1 ? .now : nil
        return record
    }
}
