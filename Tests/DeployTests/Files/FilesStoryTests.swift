import Glibc
import Linux
import Rules
import Support
import Synchronization
import SystemPackage
import Testing

@testable import Deploy

/// Whole deployments of an app that mounts `conf` read-only.
@Suite(.timeLimit(.minutes(1))) struct FilesStoryTests {
    /// Runs `body` after release v1 was deployed as #2 with `a=1`, and `conf` has been delivered for v2: `a=2`, `extra=2`.
    func withDelivery(_ body: (StoryHost, FilePath) async throws -> Void) async throws {
        try await withStoryHost(policy: "{}") { host in
            let conf = host.app.directory.appending("conf")
            try File.makeFolder(conf, mode: [.ownerReadWriteExecute, .groupReadExecute])
            try write("1", to: conf.appending("a"))
            try host.mount("conf")
            try await drop("IMAGE_TAG=v1\n", host)
            #expect(host.journal.verdicts == ["#2 deployed"])
            try write("2", to: conf.appending("a"))
            try write("2", to: conf.appending("extra"))
            try await body(host, conf)
        }
    }

    func drop(_ text: String?, _ host: StoryHost) async throws {
        let worker = try await host.worker()
        if let text { try await worker.take(.drop(Array(text.utf8)), from: Spool(host.app.spool)) }
        await worker.retire()
        await Task(executorPreference: host.host.executor) { await worker.run() }.value
    }

    func content(_ folder: FilePath) throws -> [String] {
        try File.names(in: folder).sorted().map { name in
            "\(name)=\(String(decoding: try File.read(folder.appending(name)), as: UTF8.self))"
        }
    }

    @Test func aBadReleaseTakesItsFilesWithIt() async throws {
        try await withDelivery { host, conf in
            host.change { $0.bad = ["sha256:v2"] }
            try await drop("IMAGE_TAG=v2\n", host)
            #expect(host.journal.verdicts.last == "#3 rolledBack")
            #expect(try content(conf) == ["a=1"])
            let record = try host.record(3)
            #expect(record.reason?.contains("its files are back: conf/a, conf/extra") == true, "\(record.reason ?? "")")
            #expect(record.files?.paths.map(\.description) == ["conf"])
            #expect(try File.names(in: host.store.filesFolder).sorted() == ["2.tar", "3.tar"])
        }
    }

    @Test func aChangeByHandIsKept() async throws {
        try await withDelivery { host, conf in
            host.change { $0.bad = ["sha256:v2"] }
            host.journal.when("shop #3: health") { try? write("by hand", to: conf.appending("a")) }
            try await drop("IMAGE_TAG=v2\n", host)
            #expect(try content(conf) == ["a=1"])
            let kept = host.store.filesByHand(of: 3)
            #expect(try host.record(3).reason?.contains("what was changed by hand is in \(kept)") == true)
            let entries = try Tar.decode(File.read(kept))
            #expect(entries.map(\.content) == [.file(Array("by hand".utf8))])
        }
    }

    /// Wherever the agent ends while files go back, the next one finishes, and what was kept is kept.
    @Test(arguments: [["a=1", "extra=2"], ["extra=2"], [], ["a=by hand", "extra=2"]])
    func aWayBackThatWasKilledIsFinished(left: [String]) async throws {
        try await withDelivery { host, conf in
            host.change { $0.bad = ["sha256:v2"] }
            host.journal.when("shop #3: health") { try? write("by hand", to: conf.appending("a")) }
            let snapshot = Mutex<StoryHost.Snapshot?>(nil)
            host.journal.when(with: "shop #3: files go back") { snapshot.withLock { $0 = try? host.snapshot() } }
            try await drop("IMAGE_TAG=v2\n", host)
            try host.restore(try #require(snapshot.withLock { $0 }))
            for name in try File.names(in: conf) { #expect(unlink(conf.appending(name).string) == 0) }
            for line in left {
                let parts = line.split(separator: "=")
                try write(String(parts[1]), to: conf.appending(String(parts[0])))
            }
            try await drop(nil, host)
            #expect(host.journal.verdicts.last == "#3 rolledBack", "\(host.journal.lines)")
            #expect(try content(conf) == ["a=1"])
            #expect(try Tar.decode(File.read(host.store.filesByHand(of: 3))).count == 1)
        }
    }

    @Test func anOlderReleaseBringsItsFilesAndStartsWhatMountsThem() async throws {
        try await withDelivery { host, conf in
            try await drop("IMAGE_TAG=v2\n", host)
            #expect(host.journal.verdicts.last == "#3 deployed")
            try await drop("BERTH_ROLLBACK_TO=2\n", host)
            #expect(host.journal.verdicts.last == "#4 deployed")
            #expect(try content(conf) == ["a=1"])
            // Compose would not notice another file for the same image.
            try write("3", to: conf.appending("a"))
            try await drop("IMAGE_TAG=v1\n", host)
            #expect(host.did.suffix(3) == ["pull v1", "up v1", "restart v1"])
            try await drop("IMAGE_TAG=v1\n", host)
            #expect(host.did.suffix(2) == ["pull v1", "up v1"])
        }
    }

    /// The folder stays as CI left it, and the verdict says so.
    @Test func aDropThatChangesNothingLeavesTheFolder() async throws {
        try await withDelivery { host, conf in
            try host.fail("pull v2")
            try await drop("IMAGE_TAG=v2\n", host)
            #expect(host.journal.verdicts.last == "#3 failed")
            #expect(try content(conf) == ["a=2", "extra=2"])
            #expect(try host.record(3).reason?.contains("are not those of #2, which runs: conf/a, conf/extra") == true)
            try host.fail("config v2")
            try await drop("IMAGE_TAG=v2\n", host)
            #expect(host.journal.verdicts.last == "#4 refused")
            #expect(try host.record(4).reason?.contains("are not those of #2, which runs: conf/a") == true)
        }
    }

    @Test func tooManyFilesAreRefused() async throws {
        try await withDelivery { host, conf in
            for number in 0..<500 { try write("", to: conf.appending("\(number)")) }
            try await drop("IMAGE_TAG=v2\n", host)
            #expect(try host.record(3).cause == .filesTooBig)
            #expect(try host.record(3).reason?.contains("conf (502 files, 0 KiB)") == true)
        }
    }

    @Test func aMendedFileIsANewRelease() async throws {
        try await withDelivery { host, conf in
            host.change { $0.bad = ["sha256:v2"] }
            try await drop("IMAGE_TAG=v2\n", host)
            try write("2", to: conf.appending("a"))
            try write("2", to: conf.appending("extra"))
            try await drop("IMAGE_TAG=v2\n", host)
            #expect(try host.record(4).cause == .knownBad)
            host.change { $0.bad = [] }
            try write("mended", to: conf.appending("a"))
            try await drop("IMAGE_TAG=v2\n", host)
            #expect(host.journal.verdicts.last == "#5 deployed")
        }
    }

    @Test func driftIsToldOnce() async throws {
        try await withDelivery { host, _ in
            try host.fail("pull v2")
            host.change { $0.container = ShopEngine.Container(id: "other", image: "sha256:v3") }
            for _ in 0..<3 { try await drop("IMAGE_TAG=v2\n", host) }
            let told = host.journal.lines.filter { $0.contains("differs from #2") }
            #expect(told.count == 1)
            #expect(told.first?.contains("app runs image sha256:v3, not sha256:v1") == true)
            #expect(told.first?.contains("conf/a differs") == true)
        }
    }
}
