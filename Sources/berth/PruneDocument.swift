import Deploy

/// What `berth prune --json` prints.
struct PruneDocument: Encodable {
    struct Filesystem: Encodable {
        let path: String
        /// Of space, rounded up as df(1) does.
        let percent: Int
        let inodesPercent: Int?
        /// Bytes.
        let used: Int64
        let size: Int64
    }

    struct Item: Encodable {
        let kind: String
        let id: String?
        let names: [String]
        let bytes: Int64?
        let reason: String
        /// `planned`, `removed`, or why it was not; absent for what stays.
        let outcome: String?
    }

    let before: [Filesystem]
    let removals: [Item]
    let kept: [Item]
    /// Absent in a dry run.
    let after: [Filesystem]?

    init(_ report: PruneReport) {
        before = report.before.filesystems.map(Filesystem.init)
        removals = report.removals.map { step in
            Item(step.removal.subject, step.removal.bytes, "\(step.removal.reason)", outcome: step.outcome.word)
        }
        kept = report.kept.map { Item($0.subject, $0.bytes, "\($0.reason)", outcome: nil) }
        after = report.after?.filesystems.map(Filesystem.init)
    }
}

extension PruneDocument.Filesystem {
    init(_ filesystem: Deploy.Filesystem) {
        path = filesystem.path
        percent = filesystem.space.percent
        inodesPercent = filesystem.inodes?.percent
        used = filesystem.space.used
        size = filesystem.space.size
    }
}

extension PruneDocument.Item {
    init(_ subject: Subject, _ bytes: Int64?, _ reason: String, outcome: String?) {
        self.bytes = bytes
        self.reason = reason
        self.outcome = outcome
        switch subject {
        case .image(let id, let names):
            (kind, self.id, self.names) = ("image", id, names)
        case .buildCache(let entries):
            (kind, id, names) = ("buildCache", nil, entries)
        case .volume(let name):
            (kind, id, names) = ("volume", name, [])
        }
    }
}

extension PruneReport.Outcome {
    fileprivate var word: String {
        switch self {
        case .planned: "planned"
        case .removed: "removed"
        case .refused(let why): why
        }
    }
}
