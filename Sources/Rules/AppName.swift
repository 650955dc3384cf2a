import DockerModel

/// An app's name in the settings; the spool, the state folder and the journal field carry it too.
package struct AppName: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let description: String

    /// Nil unless the name has 1 to 64 lower-case letters and digits, and between them `-` or a single `_`: it is part
    /// of a path and of an image reference (Docker's reference grammar, `path-component`).
    package init?(_ name: String) {
        let (hyphen, underscore) = (UInt8(ascii: "-"), UInt8(ascii: "_"))
        let bytes = Array(name.utf8)
        guard let first = bytes.first, let last = bytes.last, bytes.count <= 64 else { return nil }
        var before = first
        // Byte by byte for speed: each prune parses every pin on the host.
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): break
            case hyphen: guard before != underscore else { return nil }
            case underscore: guard before != underscore, before != hyphen else { return nil }
            default: return nil
            }
            before = byte
        }
        guard first != hyphen, last != hyphen, last != underscore else { return nil }
        description = name
    }

    package static func < (one: AppName, other: AppName) -> Bool {
        one.description < other.description
    }
}

extension AppName: TextCoded {
    package init?(coded text: String) { self.init(text) }

    package var coded: String { description }
}
