import Docker
import DockerModel
import Glibc
import Linux
import Rules
import Support
import SystemPackage
import Testing

@testable import Deploy

/// Drops that outlive the agent.
@Suite(.timeLimit(.minutes(1))) struct KeptDropsTests {
    private func claim(_ tag: String, _ more: String = "") -> Spool.Claim {
        .drop(Array("IMAGE_TAG=\(tag)\n\(more)".utf8), owner: 1000)
    }

    private func finish(_ worker: Worker, on host: StoryHost) async {
        await worker.retire()
        await Task(executorPreference: host.host.executor) { await worker.run() }.value
    }

    @Test func aDropIsKeptBeforeItLeavesTheSpool() async throws {
        try await withStoryHost { host in
            let store = DescriptorsInMemory()
            let worker = try await host.worker(keepsIn: store)
            try host.spool.submit(Array("IMAGE_TAG=v2\n".utf8))
            try awaitNoWriter(of: host.spool.dropPath)
            host.journal.when(with: "shop #2: drop claimed") { [spool = host.spool] in
                #expect(spool.claimed != nil)
                #expect(store.contents.keys.sorted() == ["shop.2"])
            }
            try await worker.take(#require(try host.spool.claim()), from: host.spool)
            #expect(host.spool.claimed == nil)
            #expect(store.contents.count == 1)
            await finish(worker, on: host)
            #expect(store.contents.isEmpty)
        }
    }

    @Test func theNextAgentGetsWhatThisOneKnew() async throws {
        try await withStoryHost { host in
            let store = DescriptorsInMemory()
            let kept = KeptDrops.Kept(bytes: [0, 10, 255], owner: 0, placed: Timestamp(nanoseconds: -5))
            let unknown = KeptDrops.Kept(bytes: [], owner: nil, placed: .now)
            let first = KeptDrops(in: store, on: host.host.eventLoop)
            await first.keep(kept, of: host.app.name, 2)
            await first.keep(unknown, of: host.app.name, 3)
            let next = KeptDrops(in: store, on: host.host.eventLoop)
            #expect(next.take(of: host.app.name) == [2: kept, 3: unknown])
            #expect(next.take(of: host.app.name).isEmpty)
        }
    }

    @Test func whatBelongsToNoDropIsForgotten() async throws {
        try await withStoryHost { host in
            let store = DescriptorsInMemory([
                "shop.2": Array("nothing that berth wrote".utf8), "cms.1": Array("- 5\nA=1\n".utf8), "stored": [],
            ])
            let kept = KeptDrops(in: store, on: host.host.eventLoop)
            #expect(store.contents.keys.sorted() == ["cms.1"])
            kept.forgetOthers(than: [try #require(AppName("cms"))])
            #expect(store.contents.count == 1)
            kept.forgetOthers(than: [host.app.name])
            #expect(store.contents.isEmpty)
        }
    }

    @Test func whatWaitedHasItsTurn() async throws {
        try await withStoryHost { host in
            let store = DescriptorsInMemory()
            let worker = try await host.worker(keepsIn: store, isHandedOn: true)
            try await worker.take(claim("v2"), from: host.spool)
            host.journal.when("shop #2: up") { [self, spool = host.spool] in
                Task { try await worker.take(claim("v3", "GITHUB_ACTOR=ci\nGITHUB_TOKEN=secret-token\n"), from: spool) }
                withUnsafeCurrentTask { $0?.cancel() }
            }
            await Task(executorPreference: host.host.executor) { await worker.run() }.value
            await host.journal.awaitLine(with: "shop #3: stopped before its turn")
            #expect(host.journal.verdicts.isEmpty && store.contents.count == 2)
            await finish(try await host.worker(keepsIn: store), on: host)
            #expect(host.journal.verdicts == ["#2 deployed", "#3 deployed"])
            #expect(host.asked.contains { $0.hasPrefix("POST /auth") })
            #expect(store.contents.isEmpty)
        }
    }

    /// On a full disk a drop may have no record when the agent ends.
    @Test func aDropWithoutARecordHasItsTurn() async throws {
        try await withStoryHost { host in
            let lines = "IMAGE_TAG=v2\nBERTH_REQUEST=run-7\nBERTH_BY=alice\n"
            let store = DescriptorsInMemory(["shop.2": Array("\(getuid()) 5\n\(lines)".utf8)])
            await finish(try await host.worker(keepsIn: store), on: host)
            #expect(host.journal.verdicts == ["#2 deployed"])
            let record = try host.record(2)
            #expect(record.request == "run-7" && record.by == "alice (\(Account.name(of: getuid())))")
            #expect(try await host.worker().past.lastNumber == 2)
        }
    }

    /// An agent may end between the save of a verdict and its line in the journal.
    @Test func whatHasItsVerdictIsToldAndForgottenAndWhatCannotBeReadIsNot() async throws {
        try await withStoryHost { host in
            let drop = Array("- 5\nIMAGE_TAG=v2\n".utf8)
            let store = DescriptorsInMemory(["shop.1": drop, "shop.2": drop])
            try write("garbage", to: host.store.folder.appending("2.json"))
            await finish(try await host.worker(keepsIn: store), on: host)
            #expect(store.contents.keys.sorted() == ["shop.2"])
            #expect(host.journal.verdicts == ["#1 deployed"])
        }
    }

    /// Nothing has changed meanwhile but the settings.
    @Test func aDropThatTheSettingsNoLongerAllowIsRefused() async throws {
        try await withStoryHost { host in
            let store = DescriptorsInMemory([
                "shop.2": Array("- 5\nPATH=/x\n".utf8), "shop.3": Array("- 5\nPATH=/x\n".utf8),
            ])
            try host.leave(2, in: [.claim, .check, .login])
            try host.leave(3, in: [.claim])
            await finish(try await host.worker(keepsIn: store), on: host)
            #expect(host.journal.verdicts == ["#2 refused", "#3 refused"])
            #expect(store.contents.isEmpty && host.did.isEmpty)
        }
    }

    @Test func noDropIsStartedAgainForEver() async throws {
        try await withStoryHost { host in
            try host.leave(2, in: [.claim, .check, .login, .room, .pull])
            var record = try host.record(2)
            record.resumed = 2
            try host.reopen(record)
            let store = DescriptorsInMemory(["shop.2": Array("- 5\nIMAGE_TAG=v2\n".utf8)])
            await finish(try await host.worker(keepsIn: store), on: host)
            #expect(try host.record(2).cause == .noProgress)
            #expect(host.journal.verdicts == ["#2 failed"] && host.did.isEmpty)
        }
    }
}
