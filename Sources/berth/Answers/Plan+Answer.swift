import Deploy
import DockerModel
import Rules

/// What `berth plan` says.
extension Plan: Answer {
    var exitStatus: ExitStatus { verdict.map(ExitStatus.init) ?? .success }

    func passages(_ moments: Moments) -> [Passage] {
        let outcome =
            if let cause, let reason {
                [
                    Passage.heading("A drop for \(app) would be refused (\(cause.rawValue)):", .doubtful),
                    .line("  \(reason)"),
                ]
            } else {
                [Passage.heading("A drop for \(app) would go ahead.", .good)]
            }
        return outcome + (services.isEmpty ? [] : [.table(serviceTable)]) + imagePassages + driftPassages + stepPassages
            + wayBackPassages
            + roomPassages
    }

    private var serviceTable: Table {
        Table(
            columns: ["SERVICE", "IMAGE", "ON THE HOST", "NOW", "ACTION"].map { Table.Column(title: $0) },
            rows: services.map { service in
                [
                    service.service.rawValue,
                    service.image?.rawValue ?? "",
                    label(service.imageID, service.revision),
                    label(service.now?.imageID, service.now?.revision),
                    service.action.rawValue,
                ]
            }
        )
    }

    private var imagePassages: [Passage] {
        guard !images.isEmpty else { return [] }
        let columns = ["USED BY", "IMAGE", "ON THE HOST"].map { Table.Column(title: $0) }
        let rows = images.map { [$0.use.rawValue, $0.image.rawValue, label($0.imageID, nil)] }
        return [.heading("Images of volumes and hooks:"), .table(Table(columns: columns, rows: rows))]
    }

    private var driftPassages: [Passage] {
        guard !drift.isEmpty else { return [] }
        return [.heading("Differs from the last good release:")] + drift.map { .line("  \($0.text)") }
    }

    private var stepPassages: [Passage] {
        guard !steps.isEmpty else { return [] }
        let hasBackups = steps.contains { $0.output != nil }
        let rows = steps.map { step in
            [step.when.rawValue, step.name, step.service.rawValue, step.in.rawValue]
                + (hasBackups ? [step.output ?? ""] : [])
        }
        let titles = ["WHEN", "STEP", "SERVICE", "IN"] + (hasBackups ? ["BACKUP"] : [])
        let columns = titles.map { Table.Column(title: $0) }
        return [.heading("Steps:"), .table(Table(columns: columns, rows: rows))]
    }

    private var wayBackPassages: [Passage] {
        if let putsBack { return [.heading("Would put back \(putsBack.name):"), .table(putsBack.table)] }
        if let wayBack { return [.heading("Would go back to \(wayBack.name):"), .table(wayBack.table)] }
        return noWayBack.map { [.heading("Would not go back: \($0).")] } ?? []
    }

    private var roomPassages: [Passage] {
        guard let report = room?.report else { return [] }
        let usage: [Passage] = report.before.map { [.heading("Disk:"), .table(Table($0))] } ?? []
        let steps: [Passage] =
            report.steps.isEmpty ? [] : [.heading("Would remove:"), .table(Table(report.steps))]
        return usage + steps
    }

    /// The beginning of an image's ID, and of the commit that it was built from if it says.
    private func label(_ image: ImageID?, _ revision: String?) -> String {
        let id = image?.inShort ?? "-"
        return revision.map { "\(id) \($0.prefix(7))" } ?? id
    }
}

extension Plan.GoodRelease {
    fileprivate var name: String { "#\(number)" + (imageTag.map { ", IMAGE_TAG=\($0)" } ?? "") }

    fileprivate var table: Table {
        let rows = images.sorted { $0.key < $1.key }.map { [$0.key.rawValue, $0.value.inShort] }
        return Table(columns: [Table.Column(), Table.Column()], rows: rows)
    }
}
