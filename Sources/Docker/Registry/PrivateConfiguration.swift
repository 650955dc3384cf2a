import FoundationEssentials
import Linux
import SystemPackage

/// Runs `body` with a folder of its own for `DOCKER_CONFIG`, and removes the folder with all that is in it by then.
///
/// The folder is readable for its owner alone (0700), and so is its `config.json` (0600). Besides what `body` throws, a
/// ``PrivateConfigurationError`` is thrown when the folder cannot be made.
/// - Parameters:
///   - parent: A folder in memory that does not outlive a boot.
///   - content: The bytes of `config.json`.
package func withPrivateConfiguration<Result>(
    in parent: FilePath,
    content: [UInt8],
    _ body: (FilePath) async throws -> Result
) async throws -> Result {
    let directory = try makePrivateDirectory(in: parent)
    // Docker's plugins write files of their own there.
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

/// The private folder for `DOCKER_CONFIG` cannot be made.
package struct PrivateConfigurationError: Error, Hashable, Sendable {
    package let path: FilePath
    package let reason: Errno
    package var subject: String { "\(path)" }
    package var problem: String { "cannot be written: \(reason)" }
    package var hint: String? { "check that the runtime folder exists, belongs to this user and has room" }
}
