import Glibc
import Linux
import Support
import SystemPackage
import Testing

@testable import Deploy

@Suite struct StateLockTests {
    @Test func oneAgentHasAStateFolder() async throws {
        try await withTemporaryFolder { folder in
            var first: StateLock? = try StateLock(folder)
            let error = try #require(throws: StateLockError.self) { _ = try StateLock(folder) }
            #expect(error.isInUse && first != nil)
            first = nil
            _ = try StateLock(folder)
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
