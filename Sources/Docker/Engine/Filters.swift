import DockerModel
import Linux

/// The `filters` of a query: a JSON object of lists of strings.
struct Filters: Sendable {
    let text: String

    private init(_ filters: KeyValuePairs<String, String>) {
        let members = filters.map { "\(Self.quoted($0)):[\(Self.quoted($1))]" }
        text = "{\(members.joined(separator: ","))}"
    }

    /// What carries the label of a Compose project.
    static func project(_ name: ProjectName) -> Filters {
        Filters(["label": "\(Labels.project)=\(name)"])
    }

    /// The events of a Compose project's containers.
    static func containerEvents(_ name: ProjectName) -> Filters {
        Filters(["label": "\(Labels.project)=\(name)", "type": "container"])
    }

    /// What nothing has used for so long, to the second.
    static func unused(for duration: Duration) -> Filters {
        Filters(["until": "\(duration.components.seconds)s"])
    }

    private static func quoted(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "\"") { quoted, scalar in
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: quoted.unicodeScalars.append(scalar)
            }
        } + "\""
    }
}
