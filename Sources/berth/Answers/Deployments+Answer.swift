import Deploy
import DockerModel
import Rules

/// What `berth history` says.
extension Deployments: Answer {
    var exitStatus: ExitStatus { unreadable.isEmpty ? .success : .incomplete }

    func passages(_ moments: Moments) -> [Passage] {
        let table = Table(
            columns: [
                Table.Column(title: "#", isNumber: true), Table.Column(title: "VERDICT"),
                Table.Column(title: "RECEIVED"),
                Table.Column(title: "TOOK", isNumber: true), Table.Column(title: "BY"),
                Table.Column(title: "IMAGE_TAG"),
                Table.Column(title: "WHY", isProse: true),
            ],
            rows: deployments.map { deployment in
                [
                    "\(deployment.number)", deployment.outcome, Table.Cell(moments.text(deployment.received)),
                    Table.Cell(deployment.seconds?.inWords ?? ""), Table.Cell(deployment.by ?? ""),
                    Table.Cell(deployment.imageTag ?? ""), Table.Cell(deployment.reason ?? ""),
                ]
            }
        )
        let problem = unreadable.map { "#\($0)" }.joined(separator: ", ")
        return (deployments.isEmpty ? [.line("\(app) has no deployments yet.")] : [.table(table)])
            + (unreadable.isEmpty ? [] : [.line("These records cannot be read: \(problem).")])
    }
}

extension Deployments.Deployment {
    /// The verdict, or what is under way.
    var outcome: Table.Cell {
        if let verdict { return Table.Cell(verdict.rawValue, verdict.tone) }
        return Table.Cell(phase.map { "\($0) …" } ?? "waits")
    }

    /// The same with the number before it.
    var numberedOutcome: Table.Cell { Table.Cell("#\(number) \(outcome.text)", outcome.tone) }
}

extension Double {
    /// A number of seconds.
    var inWords: String {
        // A record that was edited may have any number.
        let tenths = Int((min(max(self, 0), 1e12) * 10).rounded())
        return tenths < 600 ? "\(tenths / 10).\(tenths % 10) s" : "\(tenths / 600) min \(tenths / 10 % 60) s"
    }
}
