import Glibc
import Linux
import Rules
import Support
import SystemPackage
import Testing

@testable import Deploy

/// Whether a file is still what `berth init` saw when it planned.
@Suite struct SeenFileTests {
    private func isSame(after change: (FilePath) throws -> Void) async throws -> Bool {
        try await withTemporaryFolder { folder in
            let path = folder.appending("a")
            try write("a", to: path)
            var status = stat()
            lstat(path.string, &status)
            let seen = SetupFacts.File("a", path, status)
            try change(path)
            lstat(path.string, &status)
            return seen.is(status)
        }
    }

    @Test func aFileThatWasOnlyReadIsTheSame() async throws {
        #expect(try await isSame { _ = try File.read($0) })
    }

    @Test func aFileThatWasChangedIsNot() async throws {
        #expect(try await !isSame { chmod($0.string, 0o4755) })
        #expect(try await !isSame { link($0.string, $0.string + "b") })
        #expect(
            try await !isSame { path in
                try write("a", to: FilePath(path.string + "b"))
                rename(path.string + "b", path.string)
            }
        )
        #expect(
            try await !isSame { path in
                unlink(path.string)
                symlink("/etc/shadow", path.string)
            }
        )
    }
}
