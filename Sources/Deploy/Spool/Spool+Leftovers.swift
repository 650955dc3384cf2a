import Docker
import DockerModel
import Glibc
import Linux
import SystemPackage

extension Spool {
    /// Deletes what transfers that were cut off have left in the spool, because it may hold a token.
    ///
    /// rsync and ``submit(_:)`` write a file `.env.deploy.XXXXXX` first, and rename it. The X are letters and digits, and not
    /// all of them small letters: a file such as `.env.deploy.sample` may belong to the app.
    ///
    /// - Parameter age: how long a file must have been left alone.
    /// - Returns: the deleted files.
    package func removeLeftovers(olderThan age: Duration) -> [FilePath] {
        let names = (try? File.names(in: folder)) ?? []
        return names.filter(Self.isDraft).map { folder.appending($0) }.filter { file in
            var status = stat()
            guard lstat(file.string, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
            let changed = Timestamp(nanoseconds: 0) + .seconds(status.st_ctim.tv_sec)
            return Timestamp.now - changed > age && unlink(file.string) == 0
        }
    }

    /// Six letters and digits, as mkstemp(3) makes them for rsync.
    static var draftName: String {
        "\(dropName).\(String(Int.random(in: 60_466_176..<2_176_782_336), radix: 36, uppercase: true))"
    }

    static func isDraft(_ name: String) -> Bool {
        guard name.hasPrefix(dropName + ".") else { return false }
        let suffix = name.dropFirst(dropName.count + 1)
        return suffix.utf8.count == 6 && suffix.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
            && !suffix.allSatisfy(\.isLowercase)
    }
}
