import Glibc
import Linux
import Rules
import SystemPackage

/// The files of releases, in `<state>/<app>/files`: `<number>.tar`, and `<number>-by-hand.tar` with what a rollback has
/// replaced and no release had.
extension Store {
    /// Stores the files of a release.
    ///
    /// - Returns: nil if it has none.
    func store(_ files: Snapshot, _ scope: FileScope, of number: Int) throws(StoreError) -> Record.Files? {
        guard !files.isEmpty else { return nil }
        let path = filesFolder.appending("\(number).tar")
        try Self.write(files.sorted, to: path)
        return Record.Files(file: path.string, sha256: files.digest, paths: scope.roots)
    }

    /// The files of a release, as they were stored; none if it has none.
    ///
    /// - Throws: if they are missing, or were changed.
    func files(of record: Record) throws(StoreError) -> Snapshot {
        guard let files = record.files else { return Snapshot() }
        let path = filesFolder.appending("\(FilePath(files.file).lastComponent?.string ?? "")")
        let snapshot: Snapshot
        do {
            snapshot = Snapshot(try Tar.decode(File.read(path)))
        } catch {
            throw StoreError(path, "cannot be read: \(error)", .stateUnreadable)
        }
        guard snapshot.digest == files.sha256 else {
            throw StoreError(path, "is not what was stored", .stateUnreadable)
        }
        return snapshot
    }

    /// Where to keep what the deployment of that number replaces and no release had.
    func filesByHand(of number: Int) -> FilePath { filesFolder.appending("\(number)-by-hand.tar") }

    /// Keeps what was changed by hand; what is kept already stays, since a rollback can be repeated.
    static func keep(_ entries: [Snapshot.Entry], in archive: FilePath) throws(StoreError) {
        var kept: [Snapshot.Entry] = []
        if File.exists(archive) {
            do {
                kept = try Tar.decode(File.read(archive))
            } catch {
                throw StoreError(archive, "cannot be read: \(error)", .stateUnreadable)
            }
        }
        let new = entries.filter { entry in !kept.contains { $0.path == entry.path } }
        if !new.isEmpty { try write(kept + new, to: archive) }
    }

    /// Removes the stored files of other releases, and what was changed by hand and replaced long ago.
    ///
    /// - Parameters:
    ///   - kept: the releases whose files stay.
    ///   - oldest: the first deployment of which stays what was changed by hand.
    /// - Returns: the archives with changes by hand that it has removed.
    func removeFiles(except kept: Set<Int>, byHandSince oldest: Int) -> [FilePath] {
        var removed: [FilePath] = []
        for name in ((try? File.names(in: filesFolder)) ?? []).sorted() where name.hasSuffix(".tar") {
            let path = filesFolder.appending(name)
            let word = name.dropLast(".tar".count)
            if let number = Int(word) {
                if !kept.contains(number) { unlink(path.string) }
            } else if let number = Int(word.prefix { $0 != "-" }), path == filesByHand(of: number), number < oldest {
                if File.remove(path) { removed.append(path) }
            }
        }
        return removed
    }

    /// Whether this text is not what was told last; from now on it is.
    func isNews(_ text: String) -> Bool {
        let path = filesFolder.removingLastComponent().appending("drift")
        let digest = Array(SHA256.hex(Array(text.utf8)).utf8)
        guard (try? File.read(path)) != digest else { return false }
        try? File.replace(path, with: digest, mode: [.ownerReadWrite, .groupRead])
        return true
    }

    private static func write(_ entries: [Snapshot.Entry], to path: FilePath) throws(StoreError) {
        do {
            try File.replace(path, with: Tar.encode(entries), mode: .ownerReadWrite)
        } catch {
            throw StoreError(path, unwritable: error)
        }
    }
}
