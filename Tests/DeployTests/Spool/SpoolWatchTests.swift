import Glibc
import Linux
import NIOPosix
import Support
import SystemPackage
import Testing

@testable import Deploy

/// Every way in which a drop can arrive makes the watch ring; the tests wait for nothing else.
@Suite(.timeLimit(.minutes(1))) struct SpoolWatchTests {
    @Test func ringsForARename() async throws {
        try await ringing { folder in
            try write("A=1", to: folder.appending(".env.deploy"))
        }
    }

    @Test func ringsForACloseAfterWriting() async throws {
        try await ringing { folder in
            let file = try FileDescriptor.open(
                folder.appending(".env.deploy"),
                .writeOnly,
                options: [.create],
                permissions: .ownerReadWrite
            )
            try file.writeAll(Array("A=1".utf8))
            try file.close()
        }
    }

    @Test func ringsWhenTheFolderIsReplaced() async throws {
        try await ringing { folder in
            rename(folder.string, folder.string + ".old")
            mkdir(folder.string, 0o700)
            try write("A=1", to: folder.appending(".env.deploy"))
        }
    }

    @Test func ringsWhenTheFolderIsMadeLater() async throws {
        try await ringing(below: "made/later") { folder in
            try File.makeFolder(folder, mode: .ownerReadWriteExecute)
            try write("A=1", to: folder.appending(".env.deploy"))
        }
    }

    /// Watches a folder, runs `act` there, and scans at every ring until the drop can be taken.
    private func ringing(below path: FilePath? = nil, act: @escaping @Sendable (FilePath) throws -> Void) async throws {
        try await withTemporaryFolder { top in
            let spool = Spool(path.map { top.pushing($0) } ?? top.appending("spool"))
            if path == nil { mkdir(spool.folder.string, 0o700) }
            let watch = try await SpoolWatch(on: MultiThreadedEventLoopGroup.singleton.next())
            let unwatched = await watch.watch([spool])
            #expect(unwatched.isEmpty == (path == nil))
            let (taken, take) = AsyncStream.makeStream(of: Spool.Claim.self)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await watch.run { _ in
                        if let claim = try? spool.claim() { take.yield(claim) }
                    }
                }
                try act(spool.folder)
                var claims = taken.makeAsyncIterator()
                #expect(await claims.next() == .drop(Array("A=1".utf8), owner: getuid()))
                group.cancelAll()
            }
        }
    }
}
