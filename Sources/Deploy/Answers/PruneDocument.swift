import DockerModel
import Rules

/// What `berth prune --json` prints.
package struct PruneDocument: Encodable {
    package struct Filesystem: Encodable {
        let path: String
        /// Of space, rounded up as df(1) does.
        let percent: Int
        let inodesPercent: Int?
        /// Bytes.
        let used: Int64
        let size: Int64
    }

    /// An image, a volume, or the entries of the build cache that go or stay together.
    package struct Thing: Encodable {
        let kind: String
        /// Of an image or a volume.
        let id: String?
        /// An image's tags, or the IDs of cache entries.
        let names: [String]
        let reason: String
        /// Bytes: of what stays.
        var size: Int64?
        /// Bytes: of what goes, by an estimate.
        var frees: Int64?
        /// Of what goes: `planned`, `removed` or `failed`.
        var outcome: String?
        /// Why it has failed.
        var problem: String?
    }

    /// Absent where it cannot be read.
    package let before: [Filesystem]?
    package let removals: [Thing]
    package let kept: [Thing]
    /// Absent in a dry run, and where it cannot be read.
    package let after: [Filesystem]?

    package init(_ report: PruneReport) {
        before = report.before?.filesystems.map(Filesystem.init)
        removals = report.steps.map { step in
            var thing = Thing(step.removal.subject, reason: "\(step.removal.reason)")
            thing.frees = step.removal.frees
            switch step.outcome {
            case .planned: thing.outcome = "planned"
            case .removed: thing.outcome = "removed"
            case .failed(let problem): (thing.outcome, thing.problem) = ("failed", problem)
            }
            return thing
        }
        kept = report.kept.map { kept in
            var thing = Thing(kept.subject, reason: "\(kept.reason)")
            thing.size = kept.size
            return thing
        }
        after = report.after?.filesystems.map(Filesystem.init)
    }
}

extension PruneDocument.Filesystem {
    init(_ filesystem: Rules.Filesystem) {
        path = filesystem.path
        percent = filesystem.space.percent
        inodesPercent = filesystem.inodes?.percent
        used = filesystem.space.used
        size = filesystem.space.size
    }
}

extension PruneDocument.Thing {
    init(_ subject: Subject, reason: String) {
        switch subject {
        case .image(let id, let names):
            self.init(kind: "image", id: id.rawValue, names: names.map(\.rawValue), reason: reason)
        case .buildCache(let entries):
            self.init(kind: "buildCache", id: nil, names: entries.map(\.rawValue), reason: reason)
        case .volume(let name): self.init(kind: "volume", id: name.rawValue, names: [], reason: reason)
        }
    }
}
