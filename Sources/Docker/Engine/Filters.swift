import DockerModel
import FoundationEssentials
import Linux

/// The `filters` of a query: a JSON object of lists of strings.
struct Filters: Sendable {
    let text: String

    private init(_ filters: [String: String]) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings can always be encoded.
        text = (try? encoder.encode(filters.mapValues { [$0] })).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// Objects with a label.
    static func label(_ name: String, _ value: String) -> Filters {
        Filters(["label": "\(name)=\(value)"])
    }

    /// Objects with the label of a Compose project.
    static func project(_ name: ProjectName) -> Filters {
        label(Labels.project, name.rawValue)
    }

    /// The events of a Compose project's containers.
    static func containerEvents(_ name: ProjectName) -> Filters {
        Filters(["label": "\(Labels.project)=\(name)", "type": "container"])
    }

    /// The events of images that were pulled.
    static let pulls = Filters(["type": "image", "event": "pull"])

    /// Objects unused for `duration`, to the second.
    static func unused(for duration: Duration) -> Filters {
        Filters(["until": "\(duration.components.seconds)s"])
    }
}
