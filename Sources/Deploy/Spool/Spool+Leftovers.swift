import Docker
import DockerModel
import Glibc
import Linux
import SystemPackage

extension Spool {
    /// Deletes what transfers that were cut off have left in the spool, because it may hold a token.
    ///
    /// rsync and ``submit(_:)`` write a file `.env.deploy.XXXXXX` first, which is theirs alone, and rename it. A spool may be
    /// the app's folder, in which a person has files with such names.
    ///
    /// - Parameter age: how long a file must have been left alone.
    /// - Returns: the deleted files.
    package func removeLeftovers(olderThan age: Duration) -> [FilePath] {
        drafts.filter { file in
            var status = stat()
            guard lstat(file.string, &status) == 0 else { return false }
            let changed = Timestamp(nanoseconds: 0) + .seconds(status.st_ctim.tv_sec)
            return Timestamp.now - changed > age && unlink(file.string) == 0
        }
    }

    /// Those files, of whatever age.
    var drafts: [FilePath] {
        let names = (try? File.names(in: folder)) ?? []
        return names.filter(Self.isDraft).map { folder.appending($0) }.filter { file in
            var status = stat()
            return lstat(file.string, &status) == 0 && Self.isDraft(status)
        }
    }

    /// Six characters as mkstemp(3) makes them for rsync; the first is a small letter.
    static var draftName: String {
        "\(dropName).b\(String(Int.random(in: 1_679_616..<60_466_176), radix: 36, uppercase: true))"
    }

    /// Whether a name ends in six letters and digits of more than one kind: `.env.deploy.sample`, `.BACKUP` and `.250901` are
    /// a person's. Of a hundred names of mkstemp(3), one is like that too.
    static func isDraft(_ name: String) -> Bool {
        guard name.hasPrefix(dropName + ".") else { return false }
        let suffix = name.utf8.dropFirst(dropName.utf8.count + 1)
        let kinds: [ClosedRange<UInt8>] = [48...57, 65...90, 97...122]
        return suffix.count == 6 && suffix.allSatisfy { byte in kinds.contains { $0.contains(byte) } }
            && kinds.count { kind in suffix.contains(where: kind.contains) } > 1
    }

    /// Whether a file is as rsync makes it: it gives others their rights at the end. What root keeps, berth leaves alone; and
    /// it cannot look for a token, because the file is its owner's alone.
    static func isDraft(_ status: stat) -> Bool {
        status.st_mode & S_IFMT == S_IFREG && status.st_mode & 0o077 == 0 && status.st_uid != 0 && status.st_nlink == 1
    }
}
