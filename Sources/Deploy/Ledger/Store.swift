import Glibc
import Linux
import Rules
import SystemPackage

/// One app's records (`<state>/<app>/deployments/<number>.json`), the Compose files of its releases
/// (`<state>/<app>/compose/<number>.yaml`), and the index of its records (`<state>/<app>/history`).
package struct Store: Sendable {
    package let folder: FilePath
    private let composeFolder: FilePath
    let filesFolder: FilePath
    private let index: FilePath

    package init(app: AppName, state: FilePath) {
        let home = state.appending(app.description)
        folder = home.appending("deployments")
        composeFolder = home.appending("compose")
        filesFolder = home.appending("files")
        index = home.appending("history")
    }

    /// The apps that have records on this host, whether the settings name them or not; none without a state folder.
    static func apps(in state: FilePath) throws(StoreError) -> [AppName] {
        do {
            // The state folder is the home of user berth, where other programs make folders too.
            let names = try File.names(in: state).compactMap { AppName($0) }
            return names.filter { File.exists(state.appending($0.description).appending("deployments")) }.sorted()
        } catch .noSuchFileOrDirectory {
            return []
        } catch {
            throw StoreError(state, "cannot be listed: \(error)", .stateUnreadable)
        }
    }

    /// Creates missing folders.
    package func makeFolders() throws(StoreError) {
        for folder in [folder, composeFolder, filesFolder] {
            do {
                try File.makeFolder(folder, mode: [.ownerReadWriteExecute, .groupReadExecute])
            } catch {
                throw StoreError(folder, "cannot be made: \(error)")
            }
        }
    }

    // MARK: - Records

    /// The numbers of all records, ascending.
    package func numbers() throws(StoreError) -> [Int] {
        do {
            return try File.names(in: folder).compactMap(Self.number).sorted()
        } catch {
            throw StoreError(folder, "cannot be listed: \(error)", .stateUnreadable)
        }
    }

    package func record(_ number: Int) throws(StoreError) -> Record {
        let path = path(of: number)
        do {
            let record = try Record(json: File.read(path))
            if record.number == number { return record }
        } catch {
            throw StoreError(path, "cannot be read: \(error)", .stateUnreadable)
        }
        throw StoreError(path, "is the record of another deployment", .stateUnreadable)
    }

    /// A few members of a record; nil if it cannot be read.
    func outline(of number: Int) -> RecordOutline? {
        (try? File.read(path(of: number))).flatMap { RecordOutline(json: $0) }
    }

    /// The record of the last good release; nil before the first one, or if it cannot be read.
    func lastGood(_ history: History) -> Record? { history.lastGood.flatMap { try? record($0.number) } }

    /// Saves a record; it is on the disk when this returns. A record with a verdict is final and is added to the index.
    package func save(_ record: Record) throws(StoreError) {
        try write(path(of: record.number)) { try record.json() }
        if let entry = History.Entry(record) { append([entry]) }
    }

    /// Removes a record. It stays in the index, so that its number is not assigned again.
    package func remove(_ number: Int) {
        unlink(path(of: number).string)
        removeComposeFile(of: number)
    }

    // MARK: - Compose files

    package func composeFile(of number: Int) -> FilePath { composeFolder.appending("\(number).yaml") }

    /// Stores a Compose file.
    static func store(_ text: [UInt8], in file: FilePath) throws(StoreError) -> Record.ComposeFile {
        do {
            try File.replace(file, with: text, mode: [.ownerReadWrite, .groupRead])
        } catch {
            throw StoreError(file, unwritable: error)
        }
        return Record.ComposeFile(file: file.string, sha256: SHA256.hex(text))
    }

    /// Removes the Compose file of a drop that does not refer to it, if there is one.
    func removeComposeFile(of number: Int) {
        unlink(composeFile(of: number).string)
    }

    /// The Compose file of a release, as it was stored.
    ///
    /// - Throws: if it is missing, or was changed.
    package func compose(of record: Record) throws(StoreError) -> FilePath {
        _ = try composeText(of: record)
        return composeFile(of: record.number)
    }

    /// The content of that file; throws like ``compose(of:)``.
    package func composeText(of record: Record) throws(StoreError) -> [UInt8] {
        let path = composeFile(of: record.number)
        let text: [UInt8]
        do {
            text = try File.read(path)
        } catch {
            throw StoreError(path, "cannot be read: \(error)", .stateUnreadable)
        }
        guard SHA256.hex(text) == record.compose?.sha256 else {
            throw StoreError(path, "is not what was stored", .stateUnreadable)
        }
        return text
    }

    // MARK: - History

    /// Reads the app's history: the index, and each record that is not in it, which normally has no verdict.
    ///
    /// - Parameters:
    ///   - mends: whether to add missing entries to the index.
    ///   - complain: called for each record that cannot be read.
    package func history(
        mends: Bool = false,
        complain: (StoreError) -> Void = { _ in }
    ) async throws(StoreError) -> History {
        let index = await readIndex()
        let indexed = index.entries
        var entries: [History.Entry] = []
        var missing: [History.Entry] = []
        var undecided: Set<Int> = []
        var unreadable: Set<Int> = []
        for number in try numbers() {
            if let entry = indexed[number] {
                entries.append(entry)
                continue
            }
            do throws(StoreError) {
                let record = try record(number)
                if let entry = History.Entry(record) { missing.append(entry) } else { undecided.insert(number) }
            } catch {
                unreadable.insert(number)
                complain(error)
            }
            // There may be thousands: none is read twice, and the same thread watches the health of other apps.
            if missing.count == 100 { entries += mend(&missing, mends) }
            await Task.yield()
        }
        entries += mend(&missing, mends)
        let present = Set(entries.map(\.number))
        let gone = indexed.values.filter { !present.contains($0.number) }
        if mends, gone.count > 1000 { rewriteIndex(entries, gone, index.forgotten) }
        return History(
            entries,
            undecided: undecided,
            unreadable: unreadable,
            lastNumber: indexed.keys.max() ?? 0,
            forgotten: index.forgotten.adding(gone)
        )
    }

    /// Looks again at the records that could not be read: a person may have mended or removed them.
    func retry(_ history: inout History) {
        for number in history.unreadable {
            if let record = try? record(number) {
                history.resolve(number, record)
            } else if !File.exists(path(of: number)) {
                history.resolve(number, nil)
            }
        }
    }

    private func mend(_ missing: inout [History.Entry], _ mends: Bool) -> [History.Entry] {
        defer { missing = [] }
        if mends, !missing.isEmpty { append(missing) }
        return missing
    }

    /// Reads the index; if a number occurs twice, the later line counts.
    private func readIndex() async -> (entries: [Int: History.Entry], forgotten: History.Forgotten) {
        let bytes = (try? File.read(index)) ?? []
        var entries: [Int: History.Entry] = [:]
        var forgotten = History.Forgotten()
        for (count, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
            if let entry = History.Entry(line: line) {
                entries[entry.number] = entry
            } else if let counts = History.Forgotten(line: String(decoding: line, as: UTF8.self)) {
                forgotten = counts
            }
            // The same thread watches the health of other apps.
            if count % 1000 == 999 { await Task.yield() }
        }
        return (entries, forgotten)
    }

    /// Adds lines to the index. A failure does no harm: missing entries are read from the records.
    private func append(_ entries: [History.Entry]) {
        // A line that a full disk has cut off must not run into the next one.
        let text = entries.map { "\n\($0.line)\n" }.joined()
        try? File.append(Array(text.utf8), to: index, mode: [.ownerReadWrite, .groupRead])
    }

    /// Leaves out of the index what was removed, but for its highest number, and notes how much that was.
    private func rewriteIndex(_ entries: [History.Entry], _ gone: [History.Entry], _ forgotten: History.Forgotten) {
        let gone = gone.sorted { $0.number < $1.number }
        let all = (entries + gone.suffix(1)).sorted { $0.number < $1.number }
        let counts = forgotten.adding(gone.dropLast())
        let text = ([counts.line] + all.map(\.line)).map { "\($0)\n" }.joined()
        try? File.replace(index, with: Array(text.utf8), mode: [.ownerReadWrite, .groupRead])
    }

    private func write(_ path: FilePath, _ bytes: () throws -> [UInt8]) throws(StoreError) {
        do {
            try File.replace(path, with: bytes(), mode: [.ownerReadWrite, .groupRead])
        } catch {
            throw StoreError(path, unwritable: error)
        }
    }

    private func path(of number: Int) -> FilePath {
        folder.appending("\(number).json")
    }

    private static func number(_ name: String) -> Int? {
        guard name.hasSuffix(".json"), !name.hasPrefix(".") else { return nil }
        // Byte by byte for speed: an agent lists thousands as it starts.
        let digits = Substring(name.utf8.dropLast(".json".utf8.count))
        return Int(digits).flatMap { Record.numbers.contains($0) ? $0 : nil }
    }
}

/// A record, or a file that belongs to it, cannot be written or read.
package struct StoreError: Explained, Equatable {
    package let path: FilePath
    package let problem: String
    package let cause: Cause
    /// Whether its disk is full.
    package let isFull: Bool

    init(_ path: FilePath, _ problem: String, _ cause: Cause = .stateUnwritable, isFull: Bool = false) {
        self.path = path
        self.problem = problem
        self.cause = cause
        self.isFull = isFull
    }

    init(_ path: FilePath, unwritable error: any Error) {
        let isFull = [Errno.noSpace, Errno(rawValue: EDQUOT)].contains(error as? Errno)
        self.init(path, "cannot be written: \(error)", isFull: isFull)
    }

    package var subject: String { "\(path)" }
    package var hint: String? {
        "check that \(path.removingLastComponent()) belongs to user berth, and that its disk is not full"
    }
}
