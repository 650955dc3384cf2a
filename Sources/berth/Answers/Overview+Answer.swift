import Deploy
import DockerModel
import Rules

/// What `berth status` says.
extension Overview: Answer {
    var exitStatus: ExitStatus { .success }

    func passages(_ moments: Moments) -> [Passage] {
        agent + (apps.isEmpty ? [.line("No app has records yet.")] : [.table(table(moments))]) + remarks
    }

    private var agent: [Passage] {
        agentRuns == false ? [.heading("The agent does not run: see systemctl status berth.", .bad)] : []
    }

    private func table(_ moments: Moments) -> Table {
        Table(
            columns: ["APP", "RUNS", "SINCE", "LAST DROP", "NOW", "GOES BACK TO"].map { Table.Column(title: $0) }
                + [Table.Column(title: "WHY", isProse: true)],
            rows: apps.map { app in
                [
                    Table.Cell(app.app.description), Table.Cell(app.runs?.label ?? "-"),
                    Table.Cell(moments.text(app.since)),
                    app.last?.numberedOutcome ?? "-", app.current?.numberedOutcome ?? "",
                    Table.Cell(app.goesBackTo.map { "#\($0)" } ?? "-"), Table.Cell(app.last?.why ?? ""),
                ]
            }
        )
    }

    private var remarks: [Passage] {
        apps.flatMap { app in
            let hold = app.hold.map { [Passage.line("\(app.app) is held: \($0)", .doubtful)] } ?? []
            let unreadable = app.unreadable.map { "#\($0)" }.joined(separator: ", ")
            return hold
                + (unreadable.isEmpty ? [] : [.line("\(app.app): these records cannot be read: \(unreadable).")])
        }
    }
}

extension Deployments.Deployment {
    /// Why its verdict is not a good one.
    fileprivate var why: String? { verdict == .deployed ? nil : reason.map { "#\(number): \($0)" } }

    fileprivate var label: String { "#\(number)" + (imageTag.map { " \($0)" } ?? "") }
}
