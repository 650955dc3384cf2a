import Glibc
import Linux
import Rules
import Support
import SystemPackage
import Testing

@testable import Deploy

@Suite struct SpoolTests {
    @Test func takesADropOnce() async throws {
        try await withTemporaryFolder { folder in
            let spool = Spool(folder)
            #expect(try spool.claim() == nil)
            try write("A=1\n", to: folder.appending(".env.deploy"))
            #expect(try spool.claim() == .drop(Array("A=1\n".utf8), owner: getuid()))
            try spool.discard()
            #expect(try File.names(in: folder) == [])
            #expect(try spool.claim() == nil)
        }
    }

    @Test func leavesAFileThatIsBeingWritten() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(".env.deploy")
            let writer = try FileDescriptor.open(
                path,
                .writeOnly,
                options: [.create],
                permissions: .ownerReadWrite
            )
            try writer.writeAll(Array("A=".utf8))
            #expect(try Spool(folder).claim() == nil)
            try writer.writeAll(Array("1".utf8))
            try writer.close()
            try awaitNoWriter(of: path)
            #expect(try Spool(folder).claim() == .drop(Array("A=1".utf8), owner: getuid()))
        }
    }

    @Test func takesWhatAKilledAgentLeftFirst() async throws {
        try await withTemporaryFolder { folder in
            try write("A=old", to: folder.appending(".env.deploy.claimed"))
            try write("A=new", to: folder.appending(".env.deploy"))
            #expect(try Spool(folder).claim() == .drop(Array("A=old".utf8), owner: getuid()))
            try Spool(folder).discard()
            #expect(try Spool(folder).claim() == .drop(Array("A=new".utf8), owner: getuid()))
            try Spool(folder).discard()
            #expect(try File.names(in: folder) == [])
        }
    }

    @Test func readsNoMoreThanADropMayHold() async throws {
        try await withTemporaryFolder { folder in
            try write(String(repeating: "x", count: 200_000), to: folder.appending(".env.deploy"))
            guard case .drop(let bytes, _) = try Spool(folder).claim() else {
                Issue.record("not taken")
                return
            }
            #expect(bytes.count == DropParser.sizeLimit + 1)
        }
    }

    @Test func refusesWhatIsNoPlainFile() async throws {
        try await withTemporaryFolder { folder throws in
            let path = folder.appending(".env.deploy").string
            symlink("/etc/hostname", path)
            #expect(try isRefused(folder))
            mkfifo(path, 0o600)
            #expect(try isRefused(folder))
            #expect(try File.names(in: folder) == [])
        }
    }

    @Test func saysWhatItCannotTake() async throws {
        try await withTemporaryFolder { folder in
            mkdir(folder.appending(".env.deploy").string, 0o700)
            #expect(throws: SpoolError.self) { try Spool(folder).claim() }
        }
    }

    // MARK: - Claimed drops

    /// An agent that ends before the drop is on record leaves it to the next agent.
    @Test func whatIsNotDiscardedIsClaimedAgain() async throws {
        try await withTemporaryFolder { folder in
            let spool = Spool(folder)
            #expect(spool.claimed == nil)
            try write("A=1\n", to: folder.appending(".env.deploy"))
            #expect(try spool.claim() == .drop(Array("A=1\n".utf8), owner: getuid()))
            #expect(spool.claimed != nil)
            // The next drop waits its turn.
            try write("A=2\n", to: folder.appending(".env.deploy"))
            #expect(try spool.claim() == .drop(Array("A=1\n".utf8), owner: getuid()))
            #expect(try Set(File.names(in: folder)) == [".env.deploy", ".env.deploy.claimed"])
            try spool.discard()
            #expect(spool.claimed == nil)
            #expect(try spool.claim() == .drop(Array("A=2\n".utf8), owner: getuid()))
        }
    }

    @Test func whatIsNotThereIsDiscardedToo() async throws {
        try await withTemporaryFolder { folder in
            try Spool(folder).discard()
            try write("A=1\n", to: folder.appending(".env.deploy"))
            try Spool(folder).discard()
            #expect(try File.names(in: folder) == [".env.deploy"])
        }
    }

    @Test func saysWhatItCannotDiscard() async throws {
        try await withTemporaryFolder { folder in
            let claimed = folder.appending(".env.deploy.claimed")
            mkdir(claimed.string, 0o700)
            let error = try #require(throws: SpoolError.self) { try Spool(folder).discard() }
            #expect(error.path == claimed && error.problem.hasPrefix("cannot be deleted: "))
            #expect(throws: SpoolError.self) { try Spool(folder).claim() }
        }
    }

    /// A user who may write to the spool has put it there, and has not finished.
    @Test func leavesAClaimedFileThatIsBeingWritten() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(".env.deploy.claimed")
            let permissions: FilePermissions = .ownerReadWrite
            let writer = try FileDescriptor.open(path, .writeOnly, options: [.create], permissions: permissions)
            try writer.writeAll(Array("A=".utf8))
            try write("A=new", to: folder.appending(".env.deploy"))
            #expect(try Spool(folder).claim() == nil)
            #expect(Spool(folder).unfinished == path)
            try writer.writeAll(Array("1".utf8))
            try writer.close()
            try awaitNoWriter(of: path)
            #expect(Spool(folder).unfinished == nil)
            #expect(try Spool(folder).claim() == .drop(Array("A=1".utf8), owner: getuid()))
        }
    }

    @Test func knowsWhetherThereIsADrop() async throws {
        try await withTemporaryFolder { folder in
            let spool = Spool(folder)
            #expect(spool.isEmpty)
            try write("A=1\n", to: folder.appending(".env.deploy"))
            #expect(!spool.isEmpty)
            // A child that another test starts has a copy of the file's descriptor until it becomes its program.
            while try spool.claim() == nil { await Task.yield() }
            #expect(!spool.isEmpty)
            try spool.discard()
            #expect(spool.isEmpty)
        }
    }

    // MARK: - Leftovers

    @Test func deletesWhatABrokenTransferLeft() async throws {
        try await withTemporaryFolder { folder in
            let own = [
                ".env", ".env.deploy", ".env.deploy.claimed", ".env.deploy.sample", ".env.deploy.V2", "notes.A1b2C3",
                ".env.deploy.BACKUP", ".env.deploy.250901",
            ]
            for name in own + [".env.deploy.A1b2C3", ".env.deploy.abcde7"] {
                try write("A=1", to: folder.appending(name))
                chmod(folder.appending(name).string, 0o600)
                // Tests may run as root.
                if getuid() == 0 { chown(folder.appending(name).string, 65534, 65534) }
            }
            #expect(Spool(folder).removeLeftovers(olderThan: .seconds(60)) == [])
            let removed = Spool(folder).removeLeftovers(olderThan: .seconds(-2))
            #expect(Set(removed) == [folder.appending(".env.deploy.A1b2C3"), folder.appending(".env.deploy.abcde7")])
            #expect(try Set(File.names(in: folder)) == Set(own))
        }
    }

    @Test(
        arguments: [
            (S_IFREG | 0o600, 1000, 1, true), (S_IFREG | 0o700, 1000, 1, true), (S_IFREG | 0o640, 1000, 1, false),
            (S_IFREG | 0o604, 1000, 1, false), (S_IFREG | 0o600, 0, 1, false), (S_IFREG | 0o600, 1000, 2, false),
            (S_IFLNK | 0o600, 1000, 1, false), (S_IFDIR | 0o700, 1000, 1, false),
        ] as [(mode_t, uid_t, nlink_t, Bool)]
    )
    func aLeftoverIsItsOwnersAlone(mode: mode_t, owner: uid_t, links: nlink_t, isDraft: Bool) {
        var status = stat()
        (status.st_mode, status.st_uid, status.st_nlink) = (mode, owner, links)
        #expect(Spool.isDraft(status) == isDraft)
    }

    @Test func aDraftOfItsOwnWouldBeALeftoverToo() {
        for _ in 0..<100 { #expect(Spool.isDraft(Spool.draftName)) }
    }

    // MARK: - Submitted drops

    @Test func whatIsSubmittedIsADropLikeAnyOther() async throws {
        try await withTemporaryFolder { folder in
            let spool = Spool(folder)
            try spool.submit(Array("A=1\n".utf8))
            try awaitNoWriter(of: spool.dropPath)
            #expect(try File.names(in: folder) == [".env.deploy"])
            #expect(try spool.claim() == .drop(Array("A=1\n".utf8), owner: getuid()))
        }
    }

    /// As when CI drops twice.
    @Test func whatIsSubmittedTakesTheFormerDropsPlace() async throws {
        try await withTemporaryFolder { folder in
            let spool = Spool(folder)
            for text in ["A=1\nB=1\n", "A=2\n"] { try spool.submit(Array(text.utf8)) }
            try awaitNoWriter(of: spool.dropPath)
            #expect(try spool.claim() == .drop(Array("A=2\n".utf8), owner: getuid()))
            try spool.discard()
            #expect(try spool.claim() == nil)
        }
    }

    @Test func saysWhereItCannotSubmit() async throws {
        try await withTemporaryFolder { folder in
            let missing = folder.appending("missing")
            let error = try #require(throws: SpoolError.self) { try Spool(missing).submit([]) }
            #expect(error.path == missing.appending(".env.deploy"))
            #expect(error.cause == .spoolBlocked && error.hint?.isEmpty == false)
            // A folder is in its place: the draft is removed.
            mkdir(folder.appending(".env.deploy").string, 0o700)
            #expect(throws: SpoolError.self) { try Spool(folder).submit([]) }
            #expect(try File.names(in: folder) == [".env.deploy"])
        }
    }

    @Test func aClaimKnowsItsRequest() {
        #expect(Spool.Claim.drop(Array("PATH=1\r\nBERTH_REQUEST=r1\r\n".utf8)).request == "r1")
        #expect(Spool.Claim.drop(Array("BERTH_REQUEST=a b\n".utf8)).request == nil)
        #expect(Spool.Claim.refused(DropRefusal(problem: "", hint: "")).request == nil)
    }

    private func isRefused(_ folder: FilePath) throws -> Bool {
        guard case .refused(let refusal, _) = try Spool(folder).claim() else { return false }
        try Spool(folder).discard()
        return refusal.cause == .dropUnreadable
    }
}
