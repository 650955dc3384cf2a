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
        agentRuns == false ? [.heading("The agent does not run: see systemctl status berth.")] : []
    }

    private func table(_ moments: Moments) -> Table {
        Table(
            columns: ["APP", "RUNS", "SINCE", "LAST DROP", "NOW", "GOES BACK TO"].map { Table.Column(title: $0) },
            rows: apps.map { app in
                [
                    app.app.description, app.runs?.label ?? "-", moments.text(app.since),
                    app.last.map { "#\($0.number) \($0.outcome)" } ?? "-",
                    app.current.map { "#\($0.number) \($0.outcome)" } ?? "", app.goesBackTo.map { "#\($0)" } ?? "-",
                ]
            }
        )
    }

    private var remarks: [Passage] {
        apps.flatMap { app in
            let hold = app.hold.map { [Passage.line("\(app.app) is held: \($0)")] } ?? []
            let unreadable = app.unreadable.map { "#\($0)" }.joined(separator: ", ")
            return hold
                + (unreadable.isEmpty ? [] : [.line("\(app.app): these records cannot be read: \(unreadable).")])
        }
    }
}

extension Deployments.Deployment {
    fileprivate var label: String { "#\(number)" + (imageTag.map { " \($0)" } ?? "") }
}
