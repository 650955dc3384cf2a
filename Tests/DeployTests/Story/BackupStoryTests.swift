import Glibc
import Linux
import Rules
import Support
import Synchronization
import SystemPackage
import Testing

@testable import Deploy

/// Deployments whose steps write a backup, and read it.
@Suite(.timeLimit(.minutes(1))) struct BackupStoryTests {
    /// A dump in the running app, a look at it, and a migration.
    private static func policy(_ output: String = #"{"file":"shop.dump"}"#) -> String {
        """
        {"health":{"failFast":true},"steps":[\
        {"name":"dump","service":"app","command":["true"],"when":"before","in":"running","output":\(output)},\
        {"name":"look","service":"app","command":["true"],"when":"before","in":"running","input":"dump"},\
        {"name":"migrate","service":"app","command":["true"],"when":"before"}]}
        """
    }

    @Test func aBackupIsKeptAndReadAgainAndOnRecord() async throws {
        try await withStoryHost(policy: Self.policy()) { host in
            try host.setOutput("the data")
            try await host.deploy()
            #expect(host.journal.verdicts == ["#2 deployed"], "\(host.journal.lines)")
            #expect(host.did == ["pull v2", "exec v2", "exec v2", "run v2", "up v2"])
            #expect(host.backups == ["2-shop.dump"])
            let file = host.app.backups.appending("2-shop.dump")
            #expect(try File.read(file) == Array("the data".utf8))
            #expect(mode(file) == 0o600)
            #expect(mode(host.app.backups) == 0o700)
            let steps = try host.record(2).steps
            #expect(
                steps[0].output == Record.Backup(file: file.string, size: 8, sha256: SHA256.hex(Array("the data".utf8)))
            )
            #expect(steps[1].input == "dump")
            #expect(steps.map(\.exitCode) == [0, 0, 0])
        }
    }

    @Test func aLaterStepReadsTheBackup() async throws {
        let policy = """
            {"steps":[{"name":"dump","service":"app","command":["true"],"when":"before","output":{"file":"a"}},\
            {"name":"look","service":"app","command":["true"],"when":"after","input":"dump"}]}
            """
        try await withStoryHost(policy: policy) { host in
            try host.setOutput("the data")
            try await host.deploy()
            #expect(host.journal.verdicts == ["#2 deployed"], "\(host.journal.lines)")
            #expect(host.input == "the data")
        }
    }

    @Test func whatFailsInMidstreamLeavesNoFile() async throws {
        try await withStoryHost(policy: Self.policy()) { host in
            try host.setOutput("half of the da")
            try host.fail("exec v2")
            try await host.deploy()
            try expectFailed(host, .stepFailed, "step dump failed: exit code 1: exec of v2 fails;")
            #expect(try host.record(2).steps.map(\.exitCode) == [1])
        }
    }

    @Test(arguments: [(#"{"file":"shop.dump"}"#, ""), (#"{"file":"shop.dump","atLeast":"1KiB"}"#, "a little")])
    func whatIsTooSmallIsNoBackup(output: String, written: String) async throws {
        try await withStoryHost(policy: Self.policy(output)) { host in
            try host.setOutput(written)
            try await host.deploy()
            try expectFailed(host, .backupFailed, "would have \(written.utf8.count) B, less than 1")
        }
    }

    @Test func aFolderThatCannotBeWrittenFailsTheStep() async throws {
        try await withStoryHost(policy: Self.policy()) { host in
            try write("", to: host.app.backups.removingLastComponent())
            try await host.deploy()
            try expectFailed(host, .backupFailed, "cannot be written: Not a directory")
        }
    }

    @Test func aFullDiskRefusesTheDropOrEndsTheStep() async throws {
        try await withStoryHost(policy: Self.policy()) { host in
            try File.makeFolder(host.app.backups, mode: .ownerReadWriteExecute)
            try write("", to: host.app.backups.appending("1-shop.dump"))
            #expect(truncate(host.app.backups.appending("1-shop.dump").string, 1 << 45) == 0)
            try await host.deploy(refuse: 100)
            #expect(host.journal.verdicts == ["#2 refused"], "\(host.journal.lines)")
            let record = try host.record(2)
            #expect(record.cause == .noRoom)
            #expect(record.reason?.contains("there is no room for the backup:") == true)
            #expect(host.did == [])
        }
    }

    @Test func anInterruptedBackupIsLostAndItsHalfIsRemoved() async throws {
        try await withStoryHost(policy: Self.policy()) { host in
            try host.setOutput("the data")
            let snapshot = Mutex<StoryHost.Snapshot?>(nil)
            host.journal.when("shop #2: step dump") { [host] in snapshot.withLock { $0 = try? host.snapshot() } }
            try await host.deploy()
            try host.restore(try #require(snapshot.withLock { $0 }))
            unlink(host.app.backups.appending("2-shop.dump").string)
            try write("the d", to: host.app.backups.appending(".2-shop.dump.part"))
            try await host.live()
            try expectFailed(host, .stepLost, "was under way when the agent ended")
        }
    }

    /// A stop waits for the step and for what it wrote; the next agent goes on behind it.
    @Test(arguments: ["before", "after"])
    func aStopKeepsTheBackup(moment: String) async throws {
        let policy = """
            {"steps":[{"name":"dump","service":"app","command":["true"],"when":"\(moment)","output":{"file":"a"}}]}
            """
        try await withStoryHost(policy: policy) { host in
            try host.setOutput("the data")
            host.journal.when("shop #2: step dump") { withUnsafeCurrentTask { $0?.cancel() } }
            try await host.deploy()
            #expect(host.backups == ["2-a"], "\(host.journal.lines)")
            try await host.live()
            #expect(host.journal.verdicts == ["#2 deployed"], "\(host.journal.lines)")
            #expect(try host.record(2).steps.map(\.exitCode) == [0])
        }
    }

    private static let plain = """
        {"steps":[{"name":"dump","service":"app","command":["true"],"when":"before","output":{"file":"a","keep":2}}]}
        """

    /// The records were lost, and the numbers begin again.
    @Test func theNewestStaysWhateverItsNumber() async throws {
        try await withStoryHost(hasWayBack: false, policy: Self.plain) { host in
            try host.setOutput("the data")
            try File.makeFolder(host.app.backups, mode: .ownerReadWriteExecute)
            for number in 36...40 { try write("old", to: host.app.backups.appending("\(number)-a")) }
            try await host.deploy()
            #expect(host.journal.verdicts == ["#1 deployed"], "\(host.journal.lines)")
            #expect(host.backups == ["1-a", "40-a"])
        }
    }

    /// A dump that was copied back is no newer for that.
    @Test func whenAFileWasWrittenDoesNotCount() async throws {
        try await withStoryHost(policy: Self.plain) { host in
            try host.setOutput("the data")
            try File.makeFolder(host.app.backups, mode: .ownerReadWriteExecute)
            try write("old", to: host.app.backups.appending("1-a"))
            var times = [timespec(tv_sec: 32_503_680_000, tv_nsec: 0), timespec(tv_sec: 32_503_680_000, tv_nsec: 0)]
            try #require(utimensat(AT_FDCWD, host.app.backups.appending("1-a").string, &times, 0) == 0)
            for number in [0, 90, 91] { try write("old", to: host.app.backups.appending("\(number)-a")) }
            try await host.deploy()
            #expect(host.backups == ["1-a", "2-a"], "\(host.journal.lines)")
        }
    }

    @Test func anOldBackupOfTheSameNameIsNotReplaced() async throws {
        try await withStoryHost(policy: Self.plain) { host in
            try host.setOutput("the data")
            try File.makeFolder(host.app.backups, mode: .ownerReadWriteExecute)
            let file = host.app.backups.appending("2-a")
            try write("old", to: file)
            try await host.deploy()
            let record = try host.record(2)
            #expect(record.verdict == .failed && record.cause == .backupFailed)
            #expect(record.reason?.contains("the backup \(file) is there already; move it elsewhere") == true)
            #expect(try File.read(file) == Array("old".utf8) && host.did == ["pull v2"])
        }
    }

    @Test func theOldestGoUnlessTheirReleaseIsKept() async throws {
        try await withStoryHost(policy: Self.policy(#"{"file":"shop.dump","keep":2}"#)) { host in
            try host.setOutput("the data")
            try File.makeFolder(host.app.backups, mode: .ownerReadWriteExecute)
            // #1 is the last good release. Files of other names are not berth's.
            for name in ["0-shop.dump", "1-shop.dump", "1-other", "x-shop.dump", "01-shop.dump", "shop.dump"] {
                try write("old", to: host.app.backups.appending(name))
            }
            try await host.deploy()
            try await host.deploy(tag: "v3")
            #expect(host.journal.verdicts == ["#2 deployed", "#3 deployed"], "\(host.journal.lines)")
            #expect(
                host.backups == [
                    "01-shop.dump", "1-other", "1-shop.dump", "2-shop.dump", "3-shop.dump", "shop.dump", "x-shop.dump",
                ]
            )
        }
    }

    @Test func onAnEmptyHostThereIsNothingToDump() async throws {
        try await withStoryHost(hasWayBack: false, policy: Self.policy()) { host in
            host.change { $0.beside = [.byHand] }
            try await host.deploy()
            #expect(host.journal.verdicts == ["#1 deployed"], "\(host.journal.lines)")
            #expect(host.did == ["pull v2", "run v2", "up v2"])
            #expect(host.journal.lines.contains("shop #1: step dump is left out: service app has never run here"))
            #expect(host.backups == [])
            #expect(try host.record(1).steps.map(\.name) == ["migrate"])
        }
    }

    @Test func theVerdictSaysWhatWasNotUndone() async throws {
        try await withStoryHost(policy: Self.policy()) { host in
            try host.setOutput("the data")
            host.change { $0.bad = ["sha256:v2"] }
            try await host.deploy()
            #expect(host.journal.verdicts == ["#2 rolledBack"], "\(host.journal.lines)")
            let reason = try #require(try host.record(2).reason)
            let file = host.app.backups.appending("2-shop.dump")
            #expect(reason.contains(", and step migrate was not undone (backup: \(file)); see docker compose logs"))
        }
    }

    @Test func aFailedMigrationIsNotUndoneEither() async throws {
        try await withStoryHost(policy: Self.policy()) { host in
            try host.setOutput("the data")
            try host.fail("run v2")
            try await host.deploy()
            #expect(host.journal.verdicts == ["#2 failed"], "\(host.journal.lines)")
            let reason = try #require(try host.record(2).reason)
            #expect(reason.contains("step migrate failed"))
            #expect(reason.contains("step migrate was not undone (backup: "))
        }
    }

    private func expectFailed(_ host: StoryHost, _ cause: Cause, _ problem: String) throws {
        #expect(host.journal.verdicts.last == "#2 failed", "\(host.journal.lines)")
        let record = try host.record(2)
        #expect(record.cause == cause)
        #expect(record.reason?.contains(problem) == true, "\(record.reason ?? "")")
        #expect(record.reason?.contains("not undone") == false)
        #expect(host.backups == [])
        #expect(host.engine.container?.image == "sha256:v1")
    }

    private func mode(_ path: FilePath) -> mode_t {
        var status = stat()
        return stat(path.string, &status) == 0 ? status.st_mode & 0o777 : 0
    }
}

extension StoryHost {
    /// Drops a release, and lets an agent live until it has its verdict.
    fileprivate func deploy(tag: String = "v2", refuse: Int = 100) async throws {
        try await live(drop: "IMAGE_TAG=\(tag)\n", refuse: refuse)
    }

    fileprivate func live(drop: String? = nil, refuse: Int = 100) async throws {
        var settings = Settings()
        (settings.disk.guard, settings.disk.target, settings.disk.refuse) = (100, 99, refuse)
        let worker = try await worker(settings)
        if let drop { try await worker.take(.drop(Array(drop.utf8)), from: Spool(app.spool)) }
        await worker.retire()
        await Task(executorPreference: host.executor) { await worker.run() }.value
    }
}
