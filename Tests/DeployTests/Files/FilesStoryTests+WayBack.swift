import Docker
import DockerModel
import Glibc
import Linux
import Rules
import Support
import SystemPackage
import Testing

@testable import Deploy

extension FilesStoryTests {
    // MARK: - A drop that comes meanwhile

    /// CI has delivered the next release while the bad one was in its gate, so going back mixes both.
    @Test(arguments: ["3", "2"])
    func aDropWhoseFilesWereReplacedIsRefused(delivered: String) async throws {
        try await withDelivery { host, conf in
            host.change { $0.bad = ["sha256:v2"] }
            let worker = try await host.worker()
            host.journal.when("shop #3: health") { [spool = host.spool] in
                try? write(delivered, to: conf.appending("a"))
                try? write("3", to: conf.appending("new"))
                Task { try await worker.take(.drop(Array("IMAGE_TAG=v3\n".utf8)), from: spool) }
            }
            try await worker.take(.drop(Array("IMAGE_TAG=v2\n".utf8)), from: host.spool)
            await worker.retire()
            await Task(executorPreference: host.host.executor) { await worker.run() }.value
            #expect(host.journal.verdicts.suffix(2) == ["#3 rolledBack", "#4 refused"])
            #expect(host.engine.container?.image == "sha256:v1")
            #expect(try host.record(3).filesPutBack?.map(\.description) == ["conf/a", "conf/extra"])
            #expect(try host.record(4).cause == .filesReplaced)
        }
    }

    /// The spool keeps a drop back for some seconds if many come.
    @Test func aDropThatLayInTheSpoolMeanwhileIsRefusedToo() async throws {
        try await withDelivery { host, conf in
            host.change { $0.bad = ["sha256:v2"] }
            host.journal.when("shop #3: health") { try? host.spool.submit(Array("IMAGE_TAG=v3\n".utf8)) }
            try await drop("IMAGE_TAG=v2\n", host)
            let worker = try await host.worker()
            let placed = try #require(host.spool.placed)
            let claim = try #require(try host.spool.claim())
            #expect(try #require(host.spool.placed) >= placed)
            try await worker.take(claim, placed: placed, from: host.spool)
            await worker.retire()
            await Task(executorPreference: host.host.executor) { await worker.run() }.value
            #expect(host.journal.verdicts.last == "#4 refused")
            #expect(host.spool.placed == nil)
            // The same once more, after CI has delivered again.
            try write("3", to: conf.appending("a"))
            try await drop("IMAGE_TAG=v3\n", host)
            #expect(host.journal.verdicts.last == "#5 deployed")
        }
    }

    /// A drop that came in time may have had its files replaced all the same.
    @Test func theNextDropIsToldWhatWasKept() async throws {
        try await withDelivery { host, conf in
            host.change { $0.bad = ["sha256:v2"] }
            host.journal.when("shop #3: health") { try? write("3", to: conf.appending("a")) }
            try await drop("IMAGE_TAG=v2\n", host)
            try await drop("IMAGE_TAG=v3\n", host)
            #expect(host.journal.verdicts.last == "#4 deployed")
            let kept = host.store.filesByHand(of: 3)
            #expect(
                host.journal.lines.contains {
                    $0.contains("#3 has replaced files that no release had, and kept them in \(kept)")
                }
            )
        }
    }

    // MARK: - What cannot be put back

    /// What berth has not read cannot be in the folder that takes the old one's place.
    @Test func nothingIsLostInAFolderThatIsTooBigToRead() async throws {
        try await withDelivery { host, conf in
            host.change { $0.bad = ["sha256:v2"] }
            host.journal.when("shop #3: health") {
                try? write("mine", to: conf.appending("mine"))
                truncate(conf.appending("mine").string, 65 << 20)
                for name in ["a", "extra"] { try? write("2", to: conf.appending(name)) }
            }
            try await drop("IMAGE_TAG=v2\n", host)
            #expect(host.journal.verdicts.last == "#3 rolledBack")
            #expect(try File.names(in: conf).sorted() == ["a", "extra", "mine"])
            #expect(try File.read(conf.appending("a")) == Array("1".utf8))
            #expect(try host.record(3).reason?.contains("so they stay: conf/extra") == true)
        }
    }

    @Test func theImagesGoBackEvenIfTheFilesCannot() async throws {
        try await withDelivery { host, _ in
            host.change { engine in
                engine.bad = ["sha256:v2"]
                engine.answers["PUT /containers/berth-files-shop/archive"] = .failure(500, "read-only file system")
            }
            try await drop("IMAGE_TAG=v2\n", host)
            #expect(host.journal.verdicts.last == "#3 rollbackFailed")
            #expect(host.engine.container?.image == "sha256:v1")
            #expect(host.did.suffix(2) == ["up v2", "up v1"])
            let record = try host.record(3)
            #expect(record.cause == .filesNotRestored)
            #expect(record.reason?.contains("read-only file system") == true, "\(record.reason ?? "")")
        }
    }

    @Test func anOlderReleaseWhoseFilesCannotGoBackDoesNotStart() async throws {
        try await withDelivery { host, conf in
            try await drop("IMAGE_TAG=v2\n", host)
            host.change { engine in
                engine.answers["PUT /containers/berth-files-shop/archive"] = .failure(500, "read-only file system")
            }
            try await drop("BERTH_ROLLBACK_TO=2\n", host)
            #expect(host.journal.verdicts.last == "#4 failed")
            #expect(try host.record(4).cause == .filesNotRestored)
            #expect(host.did.last == "up v2")
            #expect(try content(conf) == ["a=2", "extra=2"])
        }
    }

    @Test func aFolderThatWasPutBackHalfwayIsAsItWas() async throws {
        try await withDelivery { host, conf in
            try await drop("IMAGE_TAG=v2\n", host)
            try write("mine", to: conf.appending("mine"))
            host.change { $0.tornArchives = 1 }
            try await drop("BERTH_ROLLBACK_TO=2\n", host)
            #expect(host.journal.verdicts.last == "#4 failed")
            #expect(try content(conf) == ["a=2", "extra=2", "mine=mine"])
            #expect(host.journal.lines.contains { $0.contains("has its files again: conf") }, "\(host.journal.lines)")
            try await drop("BERTH_ROLLBACK_TO=2\n", host)
            #expect(host.journal.verdicts.last == "#5 deployed")
            #expect(try content(conf) == ["a=1", "mine=mine"])
        }
    }

    /// The good images run, and what a person made is in its place.
    @Test func aWayBackThatIsTornLeavesNoHalfFolder() async throws {
        try await withDelivery { host, conf in
            host.change { ($0.bad, $0.tornArchives) = (["sha256:v2"], 1) }
            host.journal.when("shop #3: health") { try? write("mine", to: conf.appending("mine")) }
            try await drop("IMAGE_TAG=v2\n", host)
            #expect(host.journal.verdicts.last == "#3 rollbackFailed")
            #expect(host.engine.container?.image == "sha256:v1")
            #expect(try content(conf) == ["a=2", "extra=2", "mine=mine"])
        }
    }

    /// The agent is killed in the middle of the unpacking: what a person made is in the archive.
    @Test func whatIsCarriedIsKeptUntilItIsInItsPlace() async throws {
        try await withDelivery { host, conf in
            host.change { engine in
                engine.bad = ["sha256:v2"]
                engine.answers["PUT /containers/berth-files-shop/archive"] = .failure(500, "gone")
            }
            host.journal.when("shop #3: health") { try? write("mine", to: conf.appending("mine")) }
            try await drop("IMAGE_TAG=v2\n", host)
            let archive = host.store.filesByHand(of: 3)
            #expect(try Tar.decode(File.read(archive)).map(\.path.description).contains("conf/mine"))
            host.change { $0.answers = [:] }
            try await drop("BERTH_ROLLBACK_TO=previous\n", host)
            #expect(try content(conf) == ["a=1", "mine=mine"])
            #expect(!File.exists(host.store.filesByHand(of: 4)))
        }
    }

    /// If the clock was ahead when the rollback ended, it cannot be compared with that of a drop.
    @Test func aRollbackOfTheFutureRefusesNoDrop() async throws {
        try await withDelivery { host, conf in
            host.change { $0.bad = ["sha256:v2"] }
            try await drop("IMAGE_TAG=v2\n", host)
            var record = try host.record(3)
            record.ended = Timestamp.now + .seconds(3600)
            try host.store.save(record)
            try write("3", to: conf.appending("a"))
            try await drop("IMAGE_TAG=v3\n", host)
            #expect(host.journal.verdicts.last == "#4 deployed")
        }
    }

    /// After a way back whose files failed, the next one knows what the bad release brought.
    @Test func aFailedWayBackIsFinishedByHand() async throws {
        try await withDelivery { host, conf in
            host.change { engine in
                engine.bad = ["sha256:v2"]
                engine.answers["PUT /containers/berth-files-shop/archive"] = .failure(500, "read-only file system")
            }
            try await drop("IMAGE_TAG=v2\n", host)
            #expect(host.journal.verdicts.last == "#3 rollbackFailed")
            host.change { $0.answers = [:] }
            try await drop("BERTH_ROLLBACK_TO=previous\n", host)
            #expect(host.journal.verdicts.last == "#4 deployed")
            #expect(try content(conf) == ["a=1"])
        }
    }

    @Test func theNewestChangesByHandStay() async throws {
        try await withDelivery { host, _ in
            for number in [1, 2, 3] { try write("", to: host.store.filesByHand(of: number)) }
            try await drop("IMAGE_TAG=v2\n", host)
            #expect(try File.names(in: host.store.filesFolder).filter { $0.contains("by-hand") }.count == 3)
            let removed = host.store.removeFiles(except: [2, 3], byHandSince: 3)
            #expect(removed == [host.store.filesByHand(of: 1), host.store.filesByHand(of: 2)])
            #expect(try File.names(in: host.store.filesFolder).sorted() == ["2.tar", "3-by-hand.tar", "3.tar"])
        }
    }

    /// What is kept twice is kept once; what is found by the second attempt is kept too.
    @Test func aSecondAttemptAddsToWhatIsKept() async throws {
        try await withDelivery { host, _ in
            let archive = host.store.filesByHand(of: 9)
            func entry(_ name: String, _ text: String) -> Snapshot.Entry {
                let path = ReleasePath(components: [name])
                return Snapshot.Entry(
                    path: path,
                    content: .file(Array(text.utf8)),
                    mode: 0o640,
                    owner: 0,
                    group: 0,
                    modified: 0
                )
            }
            try Store.keep([entry("a", "1")], in: archive)
            try Store.keep([entry("a", "2"), entry("b", "1")], in: archive)
            #expect(try Tar.decode(File.read(archive)) == [entry("a", "1"), entry("b", "1")])
        }
    }

    /// A container keeps the folder that it was started with, so what it writes would go nowhere.
    @Test func aFolderIsNotReplacedIfAContainerWritesToAFolderInIt() async throws {
        try await withDelivery { host, conf in
            host.journal.when("shop #3: health") {
                mkdir(conf.appending("cache").string, 0o700)
                try? write("data", to: conf.appending("cache/x"))
            }
            host.change { engine in
                engine.bad = ["sha256:v2"]
                engine.mounts =
                    #"[{"Type":"bind","Source":"\#(conf)/cache","Destination":"/c","Mode":"rw","RW":true}]"#
            }
            var (before, after) = (stat(), stat())
            #expect(stat(conf.string, &before) == 0)
            try await drop("IMAGE_TAG=v2\n", host)
            #expect(host.journal.verdicts.last == "#3 rolledBack")
            #expect(stat(conf.string, &after) == 0)
            #expect(before.st_ino == after.st_ino)
            #expect(try File.read(conf.appending("a")) == Array("1".utf8))
            #expect(try File.read(conf.appending("cache/x")) == Array("data".utf8))
            #expect(try host.record(3).reason?.contains("so they stay: conf/extra") == true)
        }
    }

    /// The changed file is where the link leads; the mount goes by the link.
    @Test func aMountThroughALinkStartsAgainToo() async throws {
        try await withStoryHost(policy: "{}") { host in
            let real = host.app.directory.appending("releases")
            try File.makeFolder(real, mode: [.ownerReadWriteExecute, .groupReadExecute])
            symlink("releases", host.app.directory.appending("conf").string)
            try write("1", to: real.appending("a"))
            try host.mount("conf")
            try await drop("IMAGE_TAG=v1\n", host)
            try write("2", to: real.appending("a"))
            try await drop("IMAGE_TAG=v1\n", host)
            #expect(host.did.suffix(3) == ["pull v1", "up v1", "restart v1"])
        }
    }
}
