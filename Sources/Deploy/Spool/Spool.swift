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

    /// A claimed drop, which is out of the way of the next one.
    package enum Claim: Equatable, Sendable {
        case drop([UInt8], owner: uid_t? = nil)
        case refused(DropRefusal, owner: uid_t? = nil)

        /// CI's name for this drop, even if the drop is refused because of another line.
        var request: String? { bytes.flatMap(Drop.request) }

        /// Who dropped it, as ``Record/by`` has it; nil if the file's owner is not known.
        var by: String? {
            owner.map(Account.name(of:)).map { owner in bytes.flatMap(Drop.by).map { "\($0) (\(owner))" } ?? owner }
        }

        /// What the next agent gets if this one ends before the verdict; nil for a drop that is refused.
        func kept(_ placed: Timestamp) -> KeptDrops.Kept? {
            bytes.map { KeptDrops.Kept(bytes: $0, owner: owner, placed: placed) }
        }

        /// Whether the file belongs to root.
        var isFromRoot: Bool { owner == 0 }

        private var bytes: [UInt8]? {
            if case .drop(let bytes, _) = self { bytes } else { nil }
        }

        /// The owner of the file.
        private var owner: uid_t? {
            switch self {
            case .drop(_, let owner), .refused(_, let owner): owner
            }
        }
    }

    /// Renames the drop in the spool, and reads it. The file stays until ``discard()``: if the agent ends before that,
    /// the next agent claims the same drop again.
    ///
    /// A file that is still being written is left alone; its close is an event, which triggers another scan.
    ///
    /// - Returns: nil if the spool has no complete drop.
    /// - Throws: ``SpoolError`` if the drop cannot be taken; it is not deployed.
    package func claim() throws(SpoolError) -> Claim? {
        if access(claimedPath.string, F_OK) == 0 || errno != ENOENT {
            // A claimed file has no writer, unless another user has put it there.
            return unfinished == nil ? try read() : nil
        }
        let drop = open(dropPath.string, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        defer { if drop >= 0 { close(drop) } }
        // The watch reports a spool that cannot be entered.
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
        return try read()
    }

    /// Whether there is no drop, complete or not.
    package var isEmpty: Bool {
        var status = stat()
        return claimed == nil && lstat(dropPath.string, &status) != 0 && errno == ENOENT
    }

    /// The drop that cannot be taken, because a process has it open for writing.
    package var unfinished: FilePath? {
        [claimedPath, dropPath].first { path in
            let file = open(path.string, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            defer { if file >= 0 { close(file) } }
            return file >= 0 && isBeingWritten(file)
        }
    }

    /// Identifies a claimed file.
    package struct ClaimedFile: Equatable, Sendable {
        // Not the device: its number may be another one after a boot.
        fileprivate let inode: UInt64
        /// When it was renamed, in nanoseconds since 1970.
        fileprivate let changed: Int64

        /// When it was renamed, cut to milliseconds as in records.
        package var claimed: Timestamp { Timestamp(nanoseconds: changed - changed % 1_000_000) }
    }

    /// The claimed drop that is still in the spool.
    package var claimed: ClaimedFile? {
        var status = stat()
        guard lstat(claimedPath.string, &status) == 0 else { return nil }
        return ClaimedFile(inode: UInt64(status.st_ino), changed: Self.changed(status))
    }

    /// When a file was last renamed or written, in nanoseconds since 1970.
    private static func changed(_ status: stat) -> Int64 {
        Int64(status.st_ctim.tv_sec) * 1_000_000_000 + Int64(status.st_ctim.tv_nsec)
    }

    /// When the drop that would be claimed now came into the spool, or was claimed; nil if there is none.
    package var placed: Timestamp? {
        if let claimed { return claimed.claimed }
        var status = stat()
        guard lstat(dropPath.string, &status) == 0 else { return nil }
        return Timestamp(nanoseconds: Self.changed(status))
    }

    /// Deletes the claimed drop, which contains a token.
    package func discard() throws(SpoolError) {
        guard unlink(claimedPath.string) == 0 || errno == ENOENT else {
            throw SpoolError(path: claimedPath, problem: "cannot be deleted: \(Errno(rawValue: errno))")
        }
    }

    /// Places a drop as rsync does: first under a temporary name, then by rename.
    package func submit(_ bytes: [UInt8]) throws(SpoolError) {
        let draft = folder.appending(Self.draftName)
        do {
            let file = try FileDescriptor.open(
                draft,
                .writeOnly,
                options: [.create, .exclusiveCreate, .closeOnExec, .noFollow],
                permissions: .ownerReadWrite
            )
            try file.closeAfter {
                try file.writeAll(bytes)
                try shareWithGroup(file)
                guard fchmod(file.rawValue, 0o640) == 0 else { throw Errno(rawValue: errno) }
            }
            guard rename(draft.string, dropPath.string) == 0 else { throw Errno(rawValue: errno) }
        } catch {
            unlink(draft.string)
            if let error = error as? SpoolError { throw error }
            let isDenied = error as? Errno == .permissionDenied
            let hint = isDenied && geteuid() != 0 ? "run it with sudo, or as the user who owns \(folder)" : nil
            throw SpoolError(path: dropPath, problem: "cannot be written: \(error)", hint: hint)
        }
    }

    /// Gives a file the spool's group, of which user berth is a member.
    private func shareWithGroup(_ file: FileDescriptor) throws {
        var (own, spool) = (stat(), stat())
        guard stat(folder.string, &spool) == 0 else { throw Errno(rawValue: errno) }
        _ = fchown(file.rawValue, .max, spool.st_gid)
        guard fstat(file.rawValue, &own) == 0, own.st_gid != spool.st_gid, spool.st_mode & S_IWGRP != 0 else { return }
        throw SpoolError(
            path: folder,
            problem: "does not give its group to new files, so user berth could not read the drop",
            hint: "chmod g+s \(folder)"
        )
    }

    var dropPath: FilePath { folder.appending(Self.dropName) }
    var claimedPath: FilePath { folder.appending(Self.claimedName) }

    /// Reads the claimed drop.
    private func read() throws(SpoolError) -> Claim? {
        do {
            let options: FileDescriptor.OpenOptions = [.noFollow, .nonBlocking, .closeOnExec]
            let file = try FileDescriptor.open(claimedPath, .readOnly, options: options)
            defer { try? file.close() }
            guard !Self.isFolder(file.rawValue) else {
                throw SpoolError(path: claimedPath, problem: "is a folder", hint: "remove it")
            }
            return try Self.read(file)
        } catch let error as Errno {
            if error == .noSuchFileOrDirectory || access(folder.string, W_OK | X_OK) != 0 { return nil }
            return refused(error)
        } catch let error as SpoolError {
            throw error
        } catch {
            return refused(.ioError)
        }
    }

    /// The claimed drop that cannot be opened.
    private func refused(_ error: Errno) -> Claim {
        var status = stat()
        let isThere = lstat(claimedPath.string, &status) == 0
        return .refused(Self.unreadable(error), owner: isThere ? status.st_uid : nil)
    }

    private static func isFolder(_ file: CInt) -> Bool {
        var status = stat()
        return fstat(file, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func read(_ file: FileDescriptor) throws(Errno) -> Claim {
        var status = stat()
        guard fstat(file.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            let refusal = DropRefusal(.dropUnreadable, problem: "is not a regular file", hint: "drop a plain file")
            return .refused(refusal, owner: status.st_uid)
        }
        // Of what was opened: a name in the spool may stand for another file at any moment.
        return .drop(try File.read(file, limit: DropParser.sizeLimit + 1), owner: status.st_uid)
    }

    /// Whether a process has the file open for writing.
    ///
    /// The kernel refuses a read lease while a writer has the file open (fcntl(2), F_SETLEASE). A lease on another
    /// user's file needs CAP_LEASE; without it, berth trusts the event that led here, a close or a rename.
    private func isBeingWritten(_ file: CInt) -> Bool {
        // F_SETLEASE is a macro that Swift does not import.
        let setLease: CInt = 1024
        guard fcntl(file, setLease, F_RDLCK) == 0 else { return errno == EAGAIN }
        _ = fcntl(file, setLease, F_UNLCK)
        return false
    }

    private static func unreadable(_ error: Errno) -> DropRefusal {
        if error == .tooManySymbolicLinkLevels {
            return DropRefusal(.dropUnreadable, problem: "is a symbolic link", hint: "drop a plain file")
        }
        return DropRefusal(
            .dropUnreadable,
            problem: "cannot be read by user berth: \(error)",
            hint: "send it readable for the spool's group, for example with rsync --chmod=F640"
        )
    }
}

/// Three numbers: `2049 131 1790000000123456789`.
extension Spool.ClaimedFile: LosslessStringConvertible {
    package var description: String { "\(inode) \(changed)" }

    package init?(_ text: String) {
        let words = text.split(separator: " ")
        guard words.count == 2, let inode = UInt64(words[0]), let changed = Int64(words[1]) else { return nil }
        self.init(inode: inode, changed: changed)
    }
}

/// A drop in the spool that can be neither taken nor deleted.
package struct SpoolError: Explained, Equatable {
    package let path: FilePath
    package let problem: String
    package let hint: String?

    init(path: FilePath, problem: String, hint: String? = nil) {
        self.path = path
        self.problem = problem
        let folder = path.removingLastComponent()
        self.hint = hint ?? "user berth must be able to write to \(folder) (chgrp berth, chmod 2770)"
    }

    package var cause: Cause { .spoolBlocked }
    package var subject: String { "\(path)" }
}
