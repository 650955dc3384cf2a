import Deploy
import DockerModel
import Rules

/// What `berth prune` found, did and left.
struct PruneAnswer: Answer {
    let report: PruneReport
    let settings: DiskSettings

    func encode(to encoder: any Encoder) throws { try PruneDocument(report).encode(to: encoder) }

    var exitStatus: ExitStatus { report.isComplete ? .success : .incomplete }

    func passages(_ moments: Moments) -> [Passage] {
        let done = report.steps.filter { !$0.hasFailed }
        let isPlan = done.contains { $0.outcome == .planned }
        let sections: [(title: String, table: Table)] = [
            ("Before (guard \(settings.guard) %, target \(settings.target) %):", Table(report.before)),
            (isPlan ? "Would remove:" : "Removed:", Table(done)),
            ("Could not be removed:", Table(report.steps.filter(\.hasFailed))),
            ("Kept:", Table(report.kept)),
            ("After:", Table(report.after)),
        ]
        let passages: [Passage] = sections.filter { !$0.table.rows.isEmpty }.flatMap { title, table in
            [.heading(title), .table(table)]
        }
        return report.steps.isEmpty ? passages + [.line("Nothing is to be removed.")] : passages
    }
}

extension Table {
    /// How full each filesystem is.
    init(_ usage: Usage?) {
        self.init(
            columns: [Column(), Column(isNumber: true), Column(isNumber: true), Column()],
            rows: (usage?.filesystems ?? []).map { filesystem in
                let inodes = filesystem.inodes.map { "\($0.percent) % of its inodes" } ?? ""
                return [
                    filesystem.path, "\(filesystem.space.percent) %", "of \(filesystem.space.size.inUnits)", inodes,
                ]
            }
        )
    }

    /// What goes, and why.
    init(_ steps: [PruneReport.Step]) {
        self.init(
            columns: Self.things,
            rows: steps.map { step in
                let problem = if case .failed(let problem) = step.outcome { "; \(problem)" } else { "" }
                let removal = step.removal
                return [removal.frees?.inUnits ?? "?"] + removal.subject.cells + ["\(removal.reason)\(problem)"]
            }
        )
    }

    /// What stays, and why.
    fileprivate init(_ kept: [Kept]) {
        self.init(
            columns: Self.things,
            rows: kept.map { [$0.size?.inUnits ?? "?"] + $0.subject.cells + ["\($0.reason)"] }
        )
    }

    private static var things: [Column] { [Column(isNumber: true), Column(), Column(), Column(isProse: true)] }
}

extension Subject {
    /// What it is called, and the beginning of an image's ID.
    fileprivate var cells: [String] {
        guard case .image(let id, let names) = self else { return ["\(self)", ""] }
        return ["image \(names.map(\.rawValue).joined(separator: ", "))", id.inShort]
    }
}

extension ImageID {
    /// As docker shows it.
    var inShort: String { String(rawValue.split(separator: ":").last?.prefix(12) ?? "") }
}
