import Glibc
import Linux
import SystemPackage

/// Runs `body` with a new folder, then removes the folder and its content.
///
/// - Parameter isInMemory: for many tests that write much, if the host has a filesystem in memory.
package func withTemporaryFolder<Value>(
    isInMemory: Bool = false,
    _ body: (FilePath) async throws -> Value
) async throws -> Value {
    // A Unix socket's path has room for about a hundred bytes.
    let parent = isInMemory && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
    var template = Array("\(parent)/berth-test.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
    let folder = FilePath(String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
    defer { removeTree(folder) }
    return try await body(folder)
}

private func removeTree(_ path: FilePath) {
    for name in (try? File.names(in: path)) ?? [] {
        let entry = path.appending(name)
        if unlink(entry.string) != 0 { removeTree(entry) }
    }
    rmdir(path.string)
}

/// Writes a text file, which no process has open for writing when this returns.
package func write(_ text: String, to path: FilePath) throws {
    try File.replace(path, with: Array(text.utf8), mode: [.ownerReadWrite, .groupRead, .otherRead])
    try awaitNoWriter(of: path)
}

/// Returns when no process has the file open for writing any more.
///
/// A child that another test starts at a moment has all files of this process until it is a program of its own.
package func awaitNoWriter(of path: FilePath) throws {
    let file = try FileDescriptor.open(path, .readOnly)
    defer { try? file.close() }
    // F_SETLEASE is a macro that Swift does not import. A lease for reading is not to be had while there is a writer.
    let setLease: CInt = 1024
    while fcntl(file.rawValue, setLease, F_RDLCK) != 0, errno == EAGAIN { sched_yield() }
}

extension FilePath {
    /// The folder this many levels up.
    package func removingLastComponents(_ count: Int) -> FilePath {
        (0..<count).reduce(self) { path, _ in path.removingLastComponent() }
    }
}
