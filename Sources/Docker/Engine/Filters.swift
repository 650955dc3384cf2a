import DockerModel
import FoundationEssentials
import Linux

/// The `filters` of a query: a JSON object of lists of strings.
struct Filters: Sendable {
    let text: String

    private init(_ filters: [String: String]) { self.init(filters.mapValues { [$0] }) }

    private init(_ filters: [String: [String]]) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings can always be encoded.
        text = (try? encoder.encode(filters)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// Objects with a label.
    ///
    /// - Parameter value: nil for any.
    static func label(_ name: String, _ value: String? = nil) -> Filters {
        Filters(["label": value.map { "\(name)=\($0)" } ?? name])
    }

    /// Objects with the label of a Compose project.
    static func project(_ name: ProjectName) -> Filters {
        label(Labels.project, name.rawValue)
    }

    /// The events of a Compose project's containers.
    static func containerEvents(_ name: ProjectName) -> Filters {
        Filters(["label": "\(Labels.project)=\(name)", "type": "container"])
    }

    /// Images with a name in a repository that the pattern matches.
    static func repository(_ pattern: String) -> Filters {
        Filters(["reference": pattern])
    }

    /// The events by which the name of an image may stand for another image.
    static let namings = Filters(["type": ["image"], "event": ["pull", "tag"]])

    /// Objects unused for `duration`, to the second.
    static func unused(for duration: Duration) -> Filters {
        Filters(["until": "\(duration.components.seconds)s"])
    }
}
