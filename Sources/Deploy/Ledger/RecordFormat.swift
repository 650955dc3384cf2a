import Docker
import DockerModel
import FoundationEssentials
import Linux
import Rules

extension Record {
    /// The record as JSON: the keys in the contract's order, each on a line of its own; what is unknown is null.
    package func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            // The format cuts off what is below a millisecond, also where a date that was read is short of it by a hair.
            try container.encode(date.addingTimeInterval(0.0005).formatted(Self.timestamps))
        }
        let lines = try fields.map { name, value in
            "  \"\(name)\": " + String(decoding: try encoder.encode(value), as: UTF8.self)
        }
        return Array("{\n\(lines.joined(separator: ",\n"))\n}\n".utf8)
    }

    package init(json bytes: [UInt8]) throws {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            try Date(decoder.singleValueContainer().decode(String.self), strategy: Self.timestamps)
        }
        self = try decoder.decode(Record.self, from: Data(bytes))
    }

    /// RFC 3339, UTC, milliseconds.
    private static let timestamps = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    // An encoder of its own per field, since JSONEncoder keeps no order of keys but the alphabet's.
    private var fields: [(String, any Encodable)] {
        [
            ("app", app),
            ("number", number),
            ("request", request),
            ("verdict", verdict),
            ("reason", reason),
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
