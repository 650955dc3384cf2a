/// An app's name in the host's file: it names its spool, its state folder and its journal field.
package struct AppName: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package let description: String

    /// Takes 1 to 64 lower-case letters, digits, and between them `-` or a single `_`, since the name becomes a folder's name
    /// and a part of an image reference (Docker's reference grammar, `path-component`); anything else is nil.
    package init?(_ name: String) {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "-"), UInt8(ascii: "_"): true
            default: false
            }
        }
        let isApart = ["__", "-_", "_-"].allSatisfy { !name.contains($0) }
        let ends = [name.first, name.last]
        guard isPlain, isApart, (1...64).contains(name.utf8.count), !ends.contains("-"), !ends.contains("_") else {
            return nil
        }
        description = name
    }

    package static func < (one: AppName, other: AppName) -> Bool {
        one.description < other.description
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let name = try container.decode(String.self)
        guard let app = AppName(name) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an app's name: \(name)")
        }
        self = app
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
