import Glibc
import SystemPackage
import Testing

@testable import Deploy

@Suite struct SpoolTests {
    @Test func takesADropOnce() async throws {
        try await withTemporaryFolder { folder in
            let spool = Spool(folder)
            #expect(try spool.claim() == nil)
            try write("A=1\n", to: folder.appending(".env.deploy"))
            #expect(try spool.claim() == .drop(Array("A=1\n".utf8)))
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
            #expect(try Spool(folder).claim() == .drop(Array("A=1".utf8)))
        }
    }

    @Test func takesWhatAKilledAgentLeftFirst() async throws {
        try await withTemporaryFolder { folder in
            try write("A=old", to: folder.appending(".env.deploy.claimed"))
            try write("A=new", to: folder.appending(".env.deploy"))
            #expect(try Spool(folder).claim() == .drop(Array("A=old".utf8)))
            #expect(try Spool(folder).claim() == .drop(Array("A=new".utf8)))
            #expect(try File.names(in: folder) == [])
        }
    }

    @Test func readsNoMoreThanADropMayHold() async throws {
        try await withTemporaryFolder { folder in
            try write(String(repeating: "x", count: 200_000), to: folder.appending(".env.deploy"))
            guard case .drop(let bytes) = try Spool(folder).claim() else {
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

    private func isRefused(_ folder: FilePath) throws -> Bool {
        guard case .refused = try Spool(folder).claim() else { return false }
        return true
    }
}
