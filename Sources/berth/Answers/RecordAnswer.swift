import Deploy
import DockerModel
import Rules

/// What `berth show` says of a deployment, and other commands at its end.
struct RecordAnswer: Answer {
    let record: Record
    /// False for the verdict and the evidence alone.
    var isWhole = true

    var exitStatus: ExitStatus { .success }

    func encode(to encoder: any Encoder) throws { try record.encode(to: encoder) }

    /// As the file has it.
    func json() throws -> String { String(decoding: try record.json().dropLast(), as: UTF8.self) }

    func passages(_ moments: Moments) -> [Passage] {
        let facts = isWhole ? [.table(facts(moments))] + services + phases + steps : []
        return outcome + facts + record.evidence.flatMap(\.passages)
    }

    /// The verdict and its reason.
    private var outcome: [Passage] {
        let number = "\(record.app) #\(record.number)"
        guard let verdict = record.verdict else { return [.heading("\(number) is under way.")] }
        let cause = record.cause.map { " (\($0.rawValue))" } ?? ""
        return [.heading("\(number): \(verdict)\(cause)", verdict.tone)]
            + (record.reason.map { [.line("  \($0)")] } ?? [])
    }

    private func facts(_ moments: Moments) -> Table {
        Table(
            columns: [Table.Column(), Table.Column(isProse: true)],
            rows: record.facts(moments).map { [$0.name, $0.value] }
        )
    }

    private var services: [Passage] {
        guard !record.release.isEmpty else { return [] }
        let rows = record.release.sorted { $0.key < $1.key }.map { use, image in
            [use.rawValue, image.image.rawValue, image.imageID.inShort, image.shortRevision ?? ""]
        }
        let columns = ["USED BY", "IMAGE", "ID", "REVISION"].map { Table.Column(title: $0) }
        return [.heading("Images:"), .table(Table(columns: columns, rows: rows))]
    }

    private var phases: [Passage] {
        guard !record.phases.isEmpty else { return [] }
        let rows = record.phases.map { [$0.name.rawValue, $0.seconds?.inWords ?? ""] }
        return [
            .heading("Phases:"), .table(Table(columns: [Table.Column(), Table.Column(isNumber: true)], rows: rows)),
        ]
    }

    private var steps: [Passage] {
        guard !record.steps.isEmpty else { return [] }
        let rows = record.steps.map { step in
            let outcome = step.exitCode.map { "exit code \($0)" } ?? "its end is not known"
            return [step.when.rawValue, step.name, outcome, step.seconds?.inWords ?? "", step.output?.file ?? ""]
        }
        let columns = [Table.Column(), Table.Column(), Table.Column(), Table.Column(isNumber: true), Table.Column()]
        return [.heading("Steps:"), .table(Table(columns: columns, rows: rows))]
    }
}

extension Record {
    /// What is known of the deployment beside its verdict.
    func facts(_ moments: Moments) -> [(name: String, value: String)] {
        let variables = variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let facts: [(String, String?)] = [
            ("received", moments.text(received)),
            ("took", Deployments.Deployment(self).seconds?.inWords),
            ("by", by),
            ("request", request),
            ("variables", variables.isEmpty ? nil : variables.joined(separator: " ")),
            ("rolled back to", rolledBackTo.map { "#\($0)" }),
            ("docker", docker.map { "\($0)" }),
        ]
        return facts.compactMap { name, value in value.map { (name, $0) } }
    }
}

extension Record.Service {
    var shortRevision: String? { revision.map { String($0.prefix(7)) } }
}

extension Evidence {
    /// Why the service failed.
    var sentence: String { "\(service) \(problem)" }

    /// Its last probes, and the end of its log.
    var lines: [String] {
        (container?.probeLines ?? []) + (container?.log ?? []).map { "| \($0)" }
    }

    var passages: [Passage] { [.heading(sentence)] + lines.map { .line("  \($0)") } }
}
