import Glibc
import SystemPackage

@testable import Deploy

/// Commands of the scripted `docker` that take their time.
extension StoryHost {
    /// Lets a command hang, for one release, until ``letGo(_:)``.
    func hang(_ command: String) throws {
        guard mkfifo(pipe(of: command).string, 0o600) == 0 else { throw Errno(rawValue: errno) }
    }

    /// Lets a command go on that hangs now; the next one does not hang.
    func letGo(_ command: String) throws {
        let end = try FileDescriptor.open(pipe(of: command), .writeOnly)
        unlink(pipe(of: command).string)
        _ = try end.closeAfter { try end.writeAll(Array("\n".utf8)) }
    }

    /// The script reads a line from it.
    private func pipe(of command: String) -> FilePath {
        host.state.removingLastComponent().appending("hang \(command)")
    }
}
