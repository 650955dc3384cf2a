import Docker
import DockerModel
import Glibc
import Linux
import Rules
import SystemPackage

/// The folder in which CI drops an app's `.env.deploy`.
package struct Spool: Hashable, Sendable {
    package static let dropName = ".env.deploy"
    private static let claimedName = ".env.deploy.claimed"

    package let folder: FilePath

    package init(_ folder: FilePath) {
        self.folder = folder
    }

    /// A drop that was taken out of the spool; the file is gone.
    package enum Claim: Equatable, Sendable {
        case drop([UInt8])
        case refused(DropRefusal)
    }

    /// Takes the drop that lies here: renames it, reads it once, deletes it.
    ///
    /// The rename takes it out of the way of the next one; what a killed agent left renamed is taken first. A file that
    /// somebody still writes is left alone: its close is an event, and the spool is looked at again.
    ///
    /// - Returns: nil where nothing lies here, or nothing complete.
    /// - Throws: ``SpoolError`` where a drop lies here that cannot be taken; it is not deployed.
    package func claim() throws(SpoolError) -> Claim? {
        if let left = try take() { return left }
        let drop = open(dropPath.string, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        defer { if drop >= 0 { close(drop) } }
        // A spool that may not be entered is told of by the watch.
        if drop < 0, errno == ENOENT || access(folder.string, W_OK | X_OK) != 0 { return nil }
        if drop >= 0 {
            guard !Self.isFolder(drop) else {
                throw SpoolError(path: dropPath, problem: "is a folder", hint: "remove it")
            }
            if isBeingWritten(drop) { return nil }
        }
        guard rename(dropPath.string, claimedPath.string) == 0 else {
            if errno == ENOENT { return nil }
            throw SpoolError(path: dropPath, problem: "cannot be renamed: \(Errno(rawValue: errno))")
        }
        return try take()
    }

    private var dropPath: FilePath { folder.appending(Self.dropName) }
    private var claimedPath: FilePath { folder.appending(Self.claimedName) }

    /// Reads and deletes what was renamed.
    private func take() throws(SpoolError) -> Claim? {
        let claim: Claim
        do {
            let file = try FileDescriptor.open(
                claimedPath,
                .readOnly,
                options: [.noFollow, .nonBlocking, .closeOnExec]
            )
            defer { try? file.close() }
            claim = try Self.read(file)
        } catch let error as Errno {
            if error == .noSuchFileOrDirectory || access(folder.string, W_OK | X_OK) != 0 { return nil }
            claim = .refused(Self.unreadable(error))
        } catch {
            claim = .refused(Self.unreadable(.ioError))
        }
        guard unlink(claimedPath.string) == 0 else {
            throw SpoolError(path: claimedPath, problem: "cannot be deleted: \(Errno(rawValue: errno))")
        }
        return claim
    }

    private static func isFolder(_ file: CInt) -> Bool {
        var status = stat()
        return fstat(file, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func read(_ file: FileDescriptor) throws(Errno) -> Claim {
        var status = stat()
        guard fstat(file.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            return .refused(DropRefusal(problem: "is not a regular file", hint: "drop a plain file"))
        }
        return .drop(try File.read(file, limit: DropParser.sizeLimit + 1))
    }

    /// Whether anybody has the file open for writing.
    ///
    /// A read lease is refused while there is a writer (fcntl(2), F_SETLEASE), which needs CAP_LEASE for a file of
    /// another user. Where the kernel cannot tell, the event that led here has to do: a close after writing or a rename.
    private func isBeingWritten(_ file: CInt) -> Bool {
        // F_SETLEASE is a macro that Swift does not import.
        let setLease: CInt = 1024
        guard fcntl(file, setLease, F_RDLCK) == 0 else { return errno == EAGAIN }
        _ = fcntl(file, setLease, F_UNLCK)
        return false
    }

    private static func unreadable(_ error: Errno) -> DropRefusal {
        if error == .tooManySymbolicLinkLevels {
            return DropRefusal(problem: "is a symbolic link", hint: "drop a plain file")
        }
        return DropRefusal(
            problem: "cannot be read by user berth: \(error)",
            hint: "send it readable for the spool's group, for example with rsync --chmod=F640"
        )
    }
}

/// A drop that lies in the spool and can neither be taken nor deleted.
package struct SpoolError: Error, Equatable, Sendable, CustomStringConvertible {
    package let path: FilePath
    package let problem: String
    package let hint: String

    init(path: FilePath, problem: String, hint: String? = nil) {
        self.path = path
        self.problem = problem
        let folder = path.removingLastComponent()
        self.hint = hint ?? "user berth must be able to write to \(folder) (chgrp berth, chmod 2770)"
    }

    package var description: String {
        "\(path) \(problem); \(hint)"
    }
}
