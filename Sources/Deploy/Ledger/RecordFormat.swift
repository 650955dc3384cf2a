import FoundationEssentials
import Rules

extension Record {
    /// The record as JSON: the keys in the documented order, each on its own line; an unknown value is null.
    package func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let lines = try fields.map { name, value in
            "  \"\(name)\": " + String(decoding: try encoder.encode(value), as: UTF8.self)
        }
        return Array("{\n\(lines.joined(separator: ",\n"))\n}\n".utf8)
    }

    package init(json bytes: [UInt8]) throws {
        self = try JSONDecoder().decode(Record.self, from: Data(bytes))
    }

    // Each field is encoded on its own, because JSONEncoder can only sort keys by alphabet.
    private var fields: [(String, any Encodable)] {
        [
            ("app", app),
            ("number", number),
            ("request", request),
            ("verdict", verdict),
            ("cause", cause),
            ("reason", reason),
            ("hint", hint),
            ("received", received),
            ("started", started),
            ("ended", ended),
            ("variables", variables),
            ("directives", directives),
            ("services", services),
            ("compose", compose),
            ("phases", phases),
            ("steps", steps),
            ("rolledBackTo", rolledBackTo),
            ("running", running),
            ("evidence", evidence),
        ]
    }
}
