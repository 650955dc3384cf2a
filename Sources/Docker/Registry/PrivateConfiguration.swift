import FoundationEssentials
import Linux
import SystemPackage

/// Runs `body` with a private folder for `DOCKER_CONFIG`, then removes the folder and its content.
///
/// Only the owner can read the folder (0700) and its `config.json` (0600). Throws what `body` throws, and a
/// ``PrivateConfigurationError`` if the folder cannot be created.
/// - Parameters:
///   - parent: A folder in memory, which is empty after a boot.
///   - content: The bytes of `config.json`.
package func withPrivateConfiguration<Result>(
    in parent: FilePath,
    content: [UInt8],
    _ body: (FilePath) async throws -> Result
) async throws -> Result {
    let directory = try makePrivateDirectory(in: parent)
    // Docker's plugins add files.
    defer { try? FileManager.default.removeItem(atPath: directory.string) }
    try writePrivateFile(directory.appending("config.json"), content)
    return try await body(directory)
}

private func makePrivateDirectory(in parent: FilePath) throws(PrivateConfigurationError) -> FilePath {
    do {
        return try File.makePrivateFolder(in: parent, "docker-")
    } catch {
        throw PrivateConfigurationError(path: parent, reason: error)
    }
}

private func writePrivateFile(_ path: FilePath, _ content: [UInt8]) throws(PrivateConfigurationError) {
    do {
        let options: FileDescriptor.OpenOptions = [.create, .exclusiveCreate, .closeOnExec]
        let file = try FileDescriptor.open(path, .writeOnly, options: options, permissions: .ownerReadWrite)
        _ = try file.closeAfter { try file.writeAll(content) }
    } catch {
        throw PrivateConfigurationError(path: path, reason: error as? Errno ?? .ioError)
    }
}

/// The private folder for `DOCKER_CONFIG` cannot be created.
package struct PrivateConfigurationError: Error, Hashable, Sendable {
    package let path: FilePath
    package let reason: Errno
    package var subject: String { "\(path)" }
    package var problem: String { "cannot be written: \(reason)" }
    package var hint: String? { "check that the runtime folder exists, belongs to this user and has room" }
}
