import Deploy
import DockerModel
import Rules
import Systemd

extension FuzzTarget {
    /// A record is read, and written anew; all that is asked of a record is asked.
    static let record = FuzzTarget("record") { bytes in
        guard let record = try? Record(json: bytes) else { return }
        let written = try record.json()
        let again = try Record(json: written)
        try hold("a record that was written says the same", try again.json() == written)
        try hold(
            "a record steers no terminal",
            written.text.unicodeScalars.allSatisfy { !$0.steersTerminals || $0 == "\n" }
        )
        try checkMoment(record.received)
        try checkStarts(of: record)
        var copy = again
        copy.release = again.release
        try hold("a release has its images", copy.imageIDs == again.imageIDs)
        _ = (record.failure.reason, record.notUndone, record.docker?.trouble, Deployments.Deployment(record).seconds)
        for evidence in record.evidence { _ = evidence.container?.probeLines }
        if let entry = History.Entry(again) { try checkEntry(entry) }
    }

    /// Agents start one after the other, and none brings the deployment on.
    private static func checkStarts(of record: Record) throws {
        var record = record
        let hasBegun = record.leftIn ?? .claim != .claim
        for _ in 1...3 {
            let isEarly = record.resumed ?? 0 < 2
            try hold("the first agent and the second go on, no other", goesOn(record) == (hasBegun && isEarly))
            record.resumed = record.starts
        }
        try hold("a deployment without progress ends", !goesOn(record))
    }

    /// Whether an agent that starts now works on the deployment.
    private static func goesOn(_ record: Record) -> Bool {
        switch Recovery(leftIn: record.leftIn, number: 1, isKept: true, lastSwitch: 0, starts: record.starts) {
        case .startAgain, .resume: true
        case .end, .wait, .giveUp, .leaveAlone: false
        }
    }

    private static func checkEntry(_ entry: History.Entry) throws {
        // The index holds no others.
        let ages: ClosedRange<Int64> = -9_000_000_000_000_000_000...9_000_000_000_000_000_000
        guard Record.numbers ~= entry.number, ages ~= entry.received.nanoseconds else { return }
        guard let again = History.Entry(line: entry.line) else {
            throw Violation("does not hold: \(entry.line) is read")
        }
        try hold("a line of the index says the same", again.isSame(as: entry))
    }

    /// The index of an app's records is read line by line, as after a damage.
    static let history = FuzzTarget("history") { bytes in
        var entries: [Int: History.Entry] = [:]
        var forgotten = History.Forgotten()
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            if let entry = History.Entry(line: line) {
                try checkEntry(entry)
                entries[entry.number] = entry
            } else if let counts = History.Forgotten(line: line.text) {
                try hold("what is forgotten stays so", History.Forgotten(line: counts.line) == counts)
                forgotten = counts
            }
        }
        try checkHistory(History(Array(entries.values), undecided: [3], forgotten: forgotten))
    }

    private static func checkHistory(_ history: History) throws {
        let numbers = Set(history.entries.map(\.number))
        let kept = history.keptFiles(2)
        try hold("what has images has files", history.kept(2).isSubset(of: kept))
        try hold("what stays is there", kept.isSubset(of: numbers))
        let seen = [history.running, history.wayBack, history.previous, history.lastSwitch]
        try hold("a release has an entry", seen.allSatisfy { $0.map { numbers.contains($0.number) } ?? true })
        if let wayBack = history.wayBack {
            try hold("the way back is not barred", history.barrier(after: wayBack) == nil)
        }
        var shorter = history
        let forgotten = shorter.forgetIdle(beyond: 2) + shorter.forgetOld(beyond: 2, keep: 1, switches: 1)
        let left = Set(shorter.entries.map(\.number))
        try hold(
            "what is forgotten was there, and is gone",
            left.union(forgotten) == numbers && left.isDisjoint(with: forgotten)
        )
        try hold(
            "verdicts are still counted",
            Verdict.allCases.allSatisfy { shorter.count(of: $0) == history.count(of: $0) }
        )
        try hold("the way back stays", shorter.wayBack == history.wayBack && shorter.lastGood == history.lastGood)
        try hold("no number comes again", shorter.begin() > numbers.max() ?? 0)
    }

    /// The stored files of a release are unpacked, packed and unpacked again.
    static let archive = FuzzTarget("archive") { bytes in
        guard let entries = try? Tar.decode(bytes) else { return }
        for entry in entries { try checkPath(entry.path) }
        let again = try Tar.decode(Tar.encode(entries))
        try hold("files that were packed are the same", again == entries)
        let snapshot = Snapshot(entries)
        for entry in snapshot.sorted { try snapshot.trail(of: entry.path).forEach(checkPath) }
        try hold("a release differs not from itself", snapshot.differences(from: Snapshot(again)).isEmpty)
        try hold("a release has one digest", snapshot.digest == Snapshot(again).digest)
    }
}

extension History.Entry {
    fileprivate func isSame(as other: History.Entry) -> Bool {
        number == other.number && verdict == other.verdict && images == other.images
            && composeDigest == other.composeDigest && releaseDigest == other.releaseDigest
            && mayRollBack == other.mayRollBack && isRollback == other.isRollback && hasSteps == other.hasSteps
            && received.nanoseconds / 1_000_000 == other.received.nanoseconds / 1_000_000
    }
}
