import Docker
import DockerModel
import Glibc
import Linux
import NIOPosix
import Rules
import Support
import SystemPackage
import Testing

@testable import Deploy

/// How far a pull is, for a person who waits.
@Suite(.timeLimit(.minutes(1))) struct PullStoryTests {
    private let drop = Spool.Claim.drop(Array("IMAGE_TAG=v2\n".utf8))

    @Test func itIsToldWhileThePullRunsAndNoLonger() async throws {
        try await withStoryHost { host in
            let event = #"{"Type":"image","Action":"pull","Actor":{"ID":"shop:v2","Attributes":{"name":"shop"}}}"#
            host.change { $0.answers["GET /events"] = .chunkedHead + .chunk(event + "\n") + [.awaitHangUp(Latch())] }
            try host.hang("pull v2")
            let worker = try await host.worker()
            try await worker.take(drop, from: host.spool)
            await worker.retire()
            let life = Task(executorPreference: host.host.executor) { await worker.run() }
            await host.journal.awaitLine(with: "pull of v2 hangs")
            try await awaitPull(Pulled(done: 1, all: 1), in: host.store)
            host.change { $0.answers = [:] }
            try host.letGo("pull v2")
            await life.value
            #expect(host.journal.verdicts == ["#2 deployed"])
            #expect(try File.names(in: host.store.folder).sorted() == ["1.json", "2.json"])
        }
    }

    @Test func whatPassesIsTriedAgain() async throws {
        try await withStoryHost { host in
            try host.fail("pull v2", saying: "received unexpected HTTP status: 503 Service Unavailable")
            host.journal.when(with: "shop #2: received unexpected HTTP status: 503 Service Unavailable; trying again") {
                host.stopFailing("pull v2")
            }
            let worker = try await host.worker()
            try await worker.take(drop, from: host.spool)
            await worker.retire()
            await Task(executorPreference: host.host.executor) { await worker.run() }.value
            #expect(host.journal.verdicts == ["#2 deployed"])
            #expect(host.did == ["pull v2", "run v2", "up v2", "exec v2"])
        }
    }

    @Test func aRegistryThatIsBusyAtTheLoginIsAskedAgain() async throws {
        try await withStoryHost { host in
            host.change {
                $0.answers["POST /auth"] = .failure(500, "login attempt failed with status: 429 Too Many Requests")
            }
            host.journal.when(with: "shop #2: login attempt failed with status: 429 Too Many Requests; trying again") {
                host.change { $0.answers["POST /auth"] = nil }
            }
            let worker = try await host.worker()
            let login = "GITHUB_ACTOR=ci\nGITHUB_TOKEN=secret-token\n"
            try await worker.take(.drop(Array("IMAGE_TAG=v2\n\(login)".utf8)), from: host.spool)
            await worker.retire()
            await Task(executorPreference: host.host.executor) { await worker.run() }.value
            #expect(host.journal.verdicts == ["#2 deployed"])
        }
    }

    /// - Parameters:
    ///   - later: an event that comes while the pull still runs; empty for none.
    ///   - count: how often the image is looked up by then and after the pull.
    @Test(arguments: [
        ("", 1), (#"{"Type":"image","Action":"tag","Actor":{"ID":"sha256:v3","Attributes":{"name":"shop:v2"}}}"#, 2),
    ])
    func anImageIsLookedUpAgainOnlyIfItsNameHasMovedSince(_ later: String, _ count: Int) async throws {
        try await withStoryHost(policy: "{}") { host in
            let pull = #"{"Type":"image","Action":"pull","Actor":{"ID":"shop:v2","Attributes":{"name":"shop"}}}"#
            let events = [pull, later].filter { !$0.isEmpty }
            host.change {
                $0.names["shop:v2"] = "sha256:v2"
                $0.answers["GET /events"] =
                    .chunkedHead + .chunk(events.map { "\($0)\n" }.joined()) + [.awaitHangUp(Latch())]
            }
            try host.hang("pull v2")
            let worker = try await host.worker()
            try await worker.take(drop, from: host.spool)
            await worker.retire()
            let life = Task(executorPreference: host.host.executor) { await worker.run() }
            try await awaitPull(Pulled(done: 1, all: 1), in: host.store)
            host.change { $0.answers = [:] }
            try host.letGo("pull v2")
            await life.value
            #expect(host.journal.verdicts == ["#2 deployed"])
            // Before the pull, what is on the host is pinned.
            #expect(host.asked.count { $0 == "GET /images/shop:v2/json" } == 1 + count)
        }
    }

    /// After the clock was set back, the Engine tells an earlier pull of the same name again, at a time that is still to come.
    @Test func aPullFromBeforeTheClockWasSetBackIsNotThisOne() async throws {
        try await withStoryHost(policy: "{}") { host in
            let time = (Timestamp.now + .seconds(3600)).nanoseconds
            let event = """
                {"Type":"image","Action":"pull","Actor":{"ID":"shop:v2","Attributes":{}},"timeNano":\(time)}

                """
            host.change {
                $0.names["shop:v2"] = "sha256:old"
                $0.answers["GET /events"] = .chunkedHead + .chunk(event) + [.awaitHangUp(Latch())]
            }
            try host.hang("pull v2")
            let worker = try await host.worker()
            try await worker.take(drop, from: host.spool)
            await worker.retire()
            let life = Task(executorPreference: host.host.executor) { await worker.run() }
            await host.journal.awaitLine(with: "pull of v2 hangs")
            host.change {
                $0.answers = [:]
                $0.names["shop:v2"] = "sha256:v2"
            }
            try host.letGo("pull v2")
            await life.value
            #expect(host.journal.verdicts == ["#2 deployed"])
            #expect(try host.store.record(2).services["app"]?.imageID == "sha256:v2")
        }
    }

    @Test func whatAnAgentHasLeftThatEndedInOneGoesWithTheVerdict() async throws {
        try await withStoryHost { host in
            host.store.note(Pulled(done: 1, all: 2), of: 2)
            let worker = try await host.worker()
            try await worker.take(.drop(Array("PATH=1\n".utf8)), from: host.spool)
            #expect(try File.names(in: host.store.folder).sorted() == ["1.json", "2.json"])
        }
    }

    /// Returns as soon as that much of #2 is pulled.
    private func awaitPull(_ pulled: Pulled, in store: Store) async throws {
        let inotify = try await Inotify(on: MultiThreadedEventLoopGroup.singleton.next())
        _ = try inotify.add(store.folder, UInt32(IN_CLOSE_WRITE))
        // What was written before the watch began makes no event.
        if store.pulled(2) == pulled { return }
        try await inotify.run { _ in store.pulled(2) != pulled }
    }
}
