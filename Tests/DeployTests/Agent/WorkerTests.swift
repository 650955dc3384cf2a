import Docker
import DockerModel
import Glibc
import Linux
import Rules
import Support
import Synchronization
import SystemPackage
import Testing

@testable import Deploy

/// Which drop gets a number, which waits, and what an earlier agent left behind.
@Suite(.timeLimit(.minutes(1))) struct WorkerTests {
    private func claim(_ tag: String, _ more: String = "") -> Spool.Claim {
        .drop(Array("IMAGE_TAG=\(tag)\n\(more)".utf8))
    }

    /// Lets a worker work until there is nothing left to do.
    private func finish(_ worker: Worker, on host: StoryHost) async {
        await worker.retire()
        await Task(executorPreference: host.host.executor) { await worker.run() }.value
    }

    // MARK: - Drops

    @Test func theNewestDropThatWaitsIsDeployed() async throws {
        try await withStoryHost { host in
            let worker = try await host.worker()
            for tag in ["v1", "v3", "v2"] { try await worker.take(claim(tag), from: host.spool) }
            await finish(worker, on: host)
            #expect(host.journal.verdicts == ["#2 superseded", "#3 superseded", "#4 deployed"])
            #expect(try host.record(2).cause == .superseded)
            // A flood of drops must not fill the disk with what nobody needs.
            #expect(try host.record(2).variables == [:] && host.record(4).variables == ["IMAGE_TAG": "v2"])
            #expect(host.did == ["pull v2", "run v2", "up v2", "exec v2"])
        }
    }

    @Test func aDropThatComesMeanwhileWaitsForItsTurn() async throws {
        try await withStoryHost { host in
            let worker = try await host.worker()
            try await worker.take(claim("v2"), from: host.spool)
            let life = Task(executorPreference: host.host.executor) { await worker.run() }
            await host.journal.awaitLine(with: "shop #2: up")
            try await worker.take(claim("v3"), from: host.spool)
            await worker.retire()
            await life.value
            #expect(host.journal.verdicts == ["#2 deployed", "#3 deployed"])
            #expect(host.engine.container?.image == "sha256:v3")
            let (first, second) = (try host.record(2), try host.record(3))
            #expect(try #require(second.started) >= #require(first.ended))
        }
    }

    @Test func aBadDropIsRefusedWithItsRequestAndTheNextOneIsNot() async throws {
        try await withStoryHost { host in
            let worker = try await host.worker()
            try await worker.take(claim("v2", "PATH=/tmp\nBERTH_REQUEST=run-7\n"), from: host.spool)
            try await worker.take(claim("v2"), from: host.spool)
            await finish(worker, on: host)
            #expect(host.journal.verdicts == ["#2 refused", "#3 deployed"])
            let refused = try host.record(2)
            #expect(refused.cause == .nameBarred && refused.request == "run-7" && refused.started == nil)
        }
    }

    /// The kernel says whose file it is, and the drop may say more.
    @Test(
        arguments: [
            ("IMAGE_TAG=v2\n", nil), ("IMAGE_TAG=v2\nBERTH_BY=alice\n", "alice"),
            ("PATH=/tmp\nBERTH_BY=alice\n", "alice"),
            ("IMAGE_TAG=v2\nBERTH_BY=a b\n", nil),
        ] as [(String, String?)]
    )
    func aRecordSaysWhoDropped(drop: String, name: String?) async throws {
        try await withStoryHost { host in
            let worker = try await host.worker()
            try host.spool.submit(Array(drop.utf8))
            try awaitNoWriter(of: host.spool.dropPath)
            try await worker.take(#require(try host.spool.claim()), from: host.spool)
            await finish(worker, on: host)
            let owner = Account.name(of: getuid())
            #expect(try host.record(2).by == name.map { "\($0) (\(owner))" } ?? owner)
        }
    }

    @Test(arguments: [("IMAGE_TAG=v2\n", "drop claimed"), ("PATH=/tmp\n", "refused: ")])
    func aDropIsOnRecordBeforeItLeavesTheSpool(drop: String, line: String) async throws {
        try await withStoryHost { host in
            let worker = try await host.worker()
            try host.spool.submit(Array(drop.utf8))
            try awaitNoWriter(of: host.spool.dropPath)
            let claim = try #require(try host.spool.claim())
            let wasThere = Mutex<Bool?>(nil)
            host.journal.when(with: "shop #2: \(line)") { [spool = host.spool] in
                wasThere.withLock { $0 = spool.claimed != nil }
            }
            try await worker.take(claim, from: host.spool)
            #expect(wasThere.withLock { $0 } == true && host.spool.claimed == nil)
            #expect(try host.record(2).number == 2)
        }
    }

    @Test func aDropThatTheSpoolCannotLetGoIsRefused() async throws {
        try await withStoryHost { host in
            let worker = try await host.worker()
            try File.makeFolder(host.app.spool.appending(".env.deploy.claimed"), mode: .ownerReadWriteExecute)
            await #expect(throws: SpoolError.self) { try await worker.take(claim("v2"), from: host.spool) }
            await finish(worker, on: host)
            #expect(try host.record(2).cause == .spoolBlocked)
            #expect(host.journal.verdicts == ["#2 refused"] && host.did.isEmpty)
            // It gets one verdict, however often the spool is looked at.
            await #expect(throws: SpoolError.self) { try await worker.take(claim("v2"), from: host.spool) }
            #expect(host.journal.verdicts == ["#2 refused"])
        }
    }

    @Test func aSecretOfTheDropIsInNoRecord() async throws {
        try await withStoryHost { host in
            let worker = try await host.worker()
            try await worker.take(claim("v2", "SENTRY_AUTH_TOKEN=hunter22\n"), from: host.spool)
            await finish(worker, on: host)
            #expect(host.journal.verdicts == ["#2 deployed"])
            #expect(try host.record(2).variables == ["IMAGE_TAG": "v2", "SENTRY_AUTH_TOKEN": "[redacted]"])
        }
    }

    @Test func aVariableThatTheLastReleaseHadIsMissed() async throws {
        try await withStoryHost { host in
            let worker = try await host.worker()
            try await worker.take(.drop(Array("OTHER=1\n".utf8)), from: host.spool)
            await finish(worker, on: host)
            #expect(host.journal.lines.contains("shop #2: the drop does not set IMAGE_TAG, which #1 had"))
        }
    }

    /// A full disk keeps a verdict from being saved.
    @Test func aVerdictThatCouldNotBeSavedIsSavedBeforeTheNextDrop() async throws {
        try await withStoryHost { host in
            let worker = try await host.worker()
            host.journal.when("shop #2: settle") { try? host.blockSaving(2) }
            try await worker.take(claim("v2"), from: host.spool)
            await finish(worker, on: host)
            #expect(host.journal.verdicts == ["#2 deployed"])
            #expect(try host.record(2).verdict == nil)
            // It is over all the same: its images may go.
            #expect(await worker.past.undecided.isEmpty)
            try host.unblockSaving(2)
            try await worker.take(claim("v3"), from: host.spool)
            #expect(try host.record(2).verdict == .deployed)
        }
    }

    @Test func aVerdictThatCouldNotBeSavedIsTriedAgain() async throws {
        try await withStoryHost { host in
            let worker = try await host.worker()
            host.journal.when("shop #2: settle") { try? host.blockSaving(2) }
            try await worker.take(claim("v2"), from: host.spool)
            let life = Task(executorPreference: host.host.executor) { await worker.run() }
            await host.journal.awaitLine(with: "#2: the verdict cannot be recorded, and is tried again")
            try host.unblockSaving(2)
            await host.journal.awaitLine(with: "#2: its verdict is on record now")
            #expect(try host.record(2).verdict == .deployed)
            await worker.retire()
            await life.value
        }
    }

    /// A worker that does nothing else saves it as well, and so does one that has ended.
    @Test func aRefusalThatCouldNotBeSavedIsTriedAgain() async throws {
        try await withStoryHost { host in
            let worker = try await host.worker()
            let life = Task(executorPreference: host.host.executor) { await worker.run() }
            try host.blockSaving(2)
            try await worker.take(.drop(Array("PATH=1\n".utf8)), from: host.spool)
            await worker.retire()
            await life.value
            try host.unblockSaving(2)
            await host.journal.awaitLine(with: "#2: its verdict is on record now")
            #expect(try host.record(2).verdict == .refused)
        }
    }

    @Test func recordsOfDropsThatCameToNothingAreRemovedInTheEnd() async throws {
        try await withStoryHost { host in
            for number in 2...1001 { try host.leave(number, in: [.claim], .refused) }
            let worker = try await host.worker()
            for _ in 0..<2 { try await worker.take(.drop(Array("PATH=1\n".utf8)), from: host.spool) }
            #expect(try host.store.numbers() == [1] + Array(4...1003))
            #expect(try await host.worker().past.lastNumber == 1003)
        }
    }

    @Test func oldRecordsAreRemovedAndTheirNumbersNeverComeAgain() async throws {
        try await withStoryHost { host in
            for number in 2...13 {
                try host.leave(number, in: [.claim, .pull])
                var record = try host.record(number)
                record.verdict = .failed
                record.compose = try Store.store([], in: host.store.composeFile(of: number))
                try host.store.save(record)
            }
            var settings = Settings()
            settings.records = RecordSettings(keep: 10)
            let worker = try await host.worker(settings)
            try await worker.take(claim("v2"), from: host.spool)
            await finish(worker, on: host)
            #expect(host.journal.verdicts == ["#14 deployed"])
            // #1 is the way back.
            #expect(try host.store.numbers() == [1] + Array(5...14))
            #expect(!File.exists(host.store.composeFile(of: 4)))
            #expect(try await host.worker().past.lastNumber == 14)
        }
    }

    // MARK: - The end

    @Test func aStopEndsTheDropThatWaits() async throws {
        try await withStoryHost { host in
            let worker = try await host.worker()
            try await worker.take(claim("v2"), from: host.spool)
            let life = Task(executorPreference: host.host.executor) {
                withUnsafeCurrentTask { $0?.cancel() }
                await worker.run()
            }
            await life.value
            #expect(try host.record(2).cause == .agentStopped)
            #expect(host.journal.verdicts == ["#2 failed"] && host.did.isEmpty)
            #expect(await !worker.adopt(host.app, Settings()))
            try await worker.take(claim("v2"), from: host.spool)
            #expect(try host.record(3).cause == .agentStopped)
        }
    }

    @Test func aRetiredWorkerThatIsAdoptedAgainGoesByItsNewSettings() async throws {
        try await withStoryHost { host in
            let worker = try await host.worker()
            await worker.retire()
            let strict = AppSettings(name: host.app.name, directory: host.app.directory, variables: ["OTHER"])
            #expect(await worker.adopt(strict, Settings()))
            try await worker.take(claim("v2"), from: host.spool)
            await finish(worker, on: host)
            #expect(try host.record(2).cause == .nameNotAllowed)
        }
    }

    // MARK: - Records that cannot be read

    @Test func aRecordThatIsMendedOrRemovedCountsAgain() async throws {
        try await withStoryHost { host in
            try write("{", to: host.store.folder.appending("2.json"))
            let worker = try await host.worker()
            try await worker.take(claim("v2"), from: host.spool)
            host.journal.when(with: "shop #3: refused") { [file = host.store.folder.appending("2.json")] in
                unlink(file.string)
                Task { try await worker.take(claim("v2"), from: host.spool) }
            }
            let life = Task(executorPreference: host.host.executor) { await worker.run() }
            await host.journal.awaitLine(with: "shop #4: deployed")
            await worker.retire()
            await life.value
            #expect(host.journal.verdicts == ["#3 refused", "#4 deployed"])
        }
    }

    // MARK: - The way back

    /// Going back by hand to a release that forbids the way back does not forbid what came after it.
    @Test func aRollbackByHandIsNoBarrier() async throws {
        try await withStoryHost(policy: #"{"rollback":"never"}"#) { host in
            let worker = try await host.worker()
            try await worker.take(.drop(Array("BERTH_ROLLBACK_TO=1\n".utf8)), from: host.spool)
            await finish(worker, on: host)
            let record = try host.record(2)
            #expect(record.verdict == .deployed && record.directives.mayRollBack)
        }
    }

    /// An Engine that does not answer says nothing about the way back: not even a forced drop goes on without it.
    @Test(arguments: ["", "BERTH_FORCE=1\n"])
    func anEngineThatGoesIsNoMissingWayBack(force: String) async throws {
        try await withStoryHost { host in
            host.change {
                $0.answers["GET /images/sha256:v1/json"] = []
                // Of what runs, the Engine is asked no more.
                $0.container = nil
            }
            let worker = try await host.worker()
            try await worker.take(claim("v2", force), from: host.spool)
            await finish(worker, on: host)
            #expect(try host.record(2).cause == .engineUnreachable)
            #expect(host.journal.verdicts == ["#2 refused"] && host.did.isEmpty)
        }
    }

    @Test func aRecordThatCannotBeReadIsNamedAndNothingIsLetGo() async throws {
        try await withStoryHost { host in
            try write("{", to: host.store.folder.appending("2.json"))
            let worker = try await host.worker()
            #expect(host.journal.lines.contains { $0.contains("2.json cannot be read") })
            try await worker.take(claim("v2"), from: host.spool)
            await finish(worker, on: host)
            #expect(try host.record(3).cause == .recordUnreadable)
            try await worker.take(claim("v2"), from: host.spool)
            #expect(host.engine.names["berth/shop/app:1"] == "sha256:v1")
        }
    }
}

extension StoryHost {
    var spool: Spool { Spool(app.spool) }
}
