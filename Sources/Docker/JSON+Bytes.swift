import DockerModel
import FoundationEssentials

extension JSON {
    /// Parses a document.
    package init(bytes: some Sequence<UInt8>) throws {
        self = try JSONDecoder().decode(JSON.self, from: Data(bytes))
    }

    /// The document, with sorted keys so that equal values give equal bytes.
    ///
    /// - Parameter lines: whether each member has a line of its own, for people.
    package func bytes(lines: Bool = false) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if lines { encoder.outputFormatting.insert(.prettyPrinted) }
        return Array(try encoder.encode(self))
    }

    /// Decodes the value as a more specific type.
    package func decode<Value: Decodable>(as type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: Data(bytes()))
    }
}

extension Error {
    /// Where and how a document differs from what was expected, without the noise of a debug description.
    var reason: String {
        switch self as? DecodingError {
        case .keyNotFound(let key, let context)?:
            Self.reason("is missing", at: context.codingPath + [key])
        case .typeMismatch(_, let context)?, .valueNotFound(_, let context)?, .dataCorrupted(let context)?:
            Self.reason(context.debugDescription, at: context.codingPath)
        default: "\(self)"
        }
    }

    private static func reason(_ problem: String, at path: [any CodingKey]) -> String {
        let place = path.map { key in key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue)" }.joined()
        return path.isEmpty ? problem : "\(place.hasPrefix(".") ? String(place.dropFirst()) : place): \(problem)"
    }
}
