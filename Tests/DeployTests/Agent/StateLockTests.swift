import Glibc
import Linux
import Support
import SystemPackage
import Testing

@testable import Deploy

@Suite(.timeLimit(.minutes(1))) struct StateLockTests {
    @Test func oneAgentHasAStateFolder() async throws {
        try await withTemporaryFolder { folder in
            var first: StateLock? = try StateLock(folder)
            let error = try #require(throws: StateLockError.self) { _ = try StateLock(folder) }
            #expect(error.isInUse && first != nil)
            first = nil
            // A child that another test starts at this moment has the lock until it is a program of its own.
            while (try? StateLock(folder)) == nil { await Task.yield() }
        }
    }

    /// A reader of the records can open the folder, and so could lock it.
    @Test func theFolderItselfIsNotTheLock() async throws {
        try await withTemporaryFolder { folder in
            let reader = try File.openFolder(folder)
            defer { try? reader.close() }
            #expect(try reader.tryLock(.exclusive))
            _ = try StateLock(folder)
        }
    }
}
