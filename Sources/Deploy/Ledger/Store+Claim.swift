import Linux
import SystemPackage

/// Which file in the spool the last record belongs to (`<state>/<app>/claim`). If the agent ends before the file is deleted,
/// the next one knows it again, whatever has become of the clock.
extension Store {
    /// A claimed file, and the number of its drop.
    struct Claim: Equatable, Sendable {
        let number: Int
        let file: Spool.ClaimedFile
    }

    /// The last claim; nil if none was noted, or it cannot be read.
    var claim: Claim? {
        guard let bytes = try? File.read(claimFile) else { return nil }
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ", maxSplits: 1)
        guard words.count == 2, let number = Int(words[0]), let file = Spool.ClaimedFile(String(words[1])) else {
            return nil
        }
        return Claim(number: number, file: file)
    }

    /// Notes a claim. If that fails and the agent ends at once, the drop gets a second number: that is no reason to refuse
    /// it.
    func note(_ claim: Claim) {
        let text = "\(claim.number) \(claim.file)"
        try? File.replace(claimFile, with: Array(text.utf8), mode: [.ownerReadWrite, .groupRead])
    }

    private var claimFile: FilePath { folder.removingLastComponent().appending("claim") }
}
