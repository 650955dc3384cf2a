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
        return [.heading("\(number): \(verdict)\(cause)")] + (record.reason.map { [.line("  \($0)")] } ?? [])
    }

    private func facts(_ moments: Moments) -> Table {
        let deployment = Deployments.Deployment(record)
        let variables = record.variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let facts: [(String, String?)] = [
            ("received", moments.text(record.received)),
            ("took", deployment.seconds?.inWords),
            ("by", record.by),
            ("request", record.request),
            ("variables", variables.isEmpty ? nil : variables.joined(separator: " ")),
            ("rolled back to", record.rolledBackTo.map { "#\($0)" }),
            ("docker", record.docker.map { "\($0)" }),
        ]
        return Table(
            columns: [Table.Column(), Table.Column()],
            rows: facts.compactMap { name, value in value.map { [name, $0] } }
        )
    }

    private var services: [Passage] {
        guard !record.release.isEmpty else { return [] }
        let rows = record.release.sorted { $0.key < $1.key }.map { use, image in
            [use.rawValue, image.image.rawValue, image.imageID.inShort, String(image.revision?.prefix(7) ?? "")]
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

extension Evidence {
    /// Why the service failed, its last probes, and the end of its log.
    var passages: [Passage] {
        let probes = (container?.probes ?? []).map { probe in
            Passage.line("  healthcheck, exit code \(probe.exitCode): \(probe.output)")
        }
        return [.heading("\(service) \(problem)")] + probes + (container?.log ?? []).map { .line("  | \($0)") }
    }
}
