import FoundationEssentials
import SystemPackage

/// Runs `body` with a new folder, and removes it.
package func withTemporaryDirectory<Result>(_ body: (FilePath) async throws -> Result) async throws -> Result {
    // A Unix socket's path has room for about a hundred bytes.
    let name = "berth-\(UInt64.random(in: 0...UInt64.max))"
    let directory = FileManager.default.temporaryDirectory.appending(path: name)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: directory) }
    return try await body(FilePath(directory.path))
}
