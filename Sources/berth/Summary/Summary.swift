import DockerModel
import Rules

/// A deployment in Markdown, for the summary of a CI job.
struct Summary {
    let record: Record
    /// The last good deployment before it; nil if there is none, or its record cannot be read.
    let before: Record?

    var markdown: String {
        [heading, why, facts, services, phases, evidence].filter { !$0.isEmpty }
            .map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    private var heading: [String] {
        let name = Markdown.code("\(record.app) #\(record.number)")
        guard let verdict = record.verdict else { return ["## \(name) is under way"] }
        return ["## \(name): \(verdict)" + (record.cause.map { " (\($0.rawValue))" } ?? "")]
    }

    private var why: [String] {
        guard record.reason != nil else { return [] }
        let failure = record.failure
        return [Markdown.code(failure.sentence)] + (failure.hint.map { ["", "Try: \(Markdown.code($0))"] } ?? [])
    }

    private var facts: [String] {
        record.facts(Moments(now: nil)).map { name, value in "- \(name): \(Markdown.code(value))" }
    }

    // MARK: - Images

    /// What each service ran before, and what the deployment brought.
    private var services: [String] {
        let (old, new) = (before?.release ?? [:], record.release)
        guard !new.isEmpty else { return [] }
        let rows = Set(old.keys).union(new.keys).sorted().map { use in
            [Markdown.cell(use.rawValue)]
                + [
                    change(old[use]?.image.rawValue, new[use]?.image.rawValue),
                    change(old[use]?.imageID.inShort, new[use]?.imageID.inShort),
                    change(old[use]?.shortRevision, new[use]?.shortRevision),
                ]
        }
        return Markdown.table(["used by", "image", "ID", "revision"], rows)
    }

    private func change(_ old: String?, _ new: String?) -> String {
        guard let old, old != new else { return new.map(Markdown.cell) ?? "" }
        return "\(Markdown.cell(old)) → \(new.map(Markdown.cell) ?? "none")"
    }

    // MARK: - Phases

    /// A Gantt chart of Mermaid, which GitHub and GitLab draw. Its axis has the reader's own time.
    private var phases: [String] {
        guard !record.phases.isEmpty else { return [] }
        var time = record.received
        let tasks = record.phases.enumerated().map { index, phase in
            if phase.name != .claim, time < record.started ?? time { time = record.started ?? time }
            defer { time = time + .milliseconds(phase.milliseconds) }
            let label = "\(phase.name.rawValue) \(phase.seconds?.inWords ?? "(interrupted)")"
            let tag = index == failed ? "crit, " : ""
            return "    \(label) :\(tag)\(time.nanoseconds / 1_000_000), \(phase.milliseconds)ms"
        }
        let chart = [
            "gantt", "    dateFormat x", "    axisFormat %H:%M:%S", "    todayMarker off", "    section phases",
        ]
        return Markdown.block(chart + tasks, language: "mermaid")
    }

    /// The place of the phase that failed: the one before the rollback, or the last one.
    private var failed: Int? {
        guard let verdict = record.verdict, verdict != .deployed, verdict != .superseded else { return nil }
        let rollback = record.phases.firstIndex { $0.name == .rollback }
        return verdict == .rolledBack ? rollback.map { $0 - 1 } : record.phases.count - 1
    }

    // MARK: - Evidence

    private var evidence: [String] {
        Array(
            record.evidence.map { evidence in
                ["### \(Markdown.code(evidence.sentence))"]
                    + (evidence.lines.isEmpty ? [] : [""] + Markdown.block(evidence.lines))
            }.joined(separator: [""])
        )
    }
}

extension Record.PhaseTime {
    fileprivate var milliseconds: Int64 {
        Int64(min(max((seconds ?? 0) * 1000, 0), 1_000_000_000_000).rounded())
    }
}
