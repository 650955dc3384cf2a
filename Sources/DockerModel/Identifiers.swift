/// A string that identifies one kind of thing; the compiler keeps the kinds apart.
///
/// A conforming type declares `rawValue` and its initializer. This protocol adds ordering, printing, literals, and
/// coding as a single value.
package protocol Identifier: RawRepresentable<String>, Hashable, Comparable, Sendable, Codable, CodingKeyRepresentable,
    CustomStringConvertible, ExpressibleByStringLiteral
{
    init(rawValue: String)
}

extension Identifier {
    package init(stringLiteral value: String) { self.init(rawValue: value) }

    package init?<Key: CodingKey>(codingKey: Key) { self.init(rawValue: codingKey.stringValue) }

    /// Lets a dictionary with identifiers as keys be coded as an object.
    package var codingKey: any CodingKey { Name(stringValue: rawValue) }

    package var description: String { rawValue }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// A Compose project's name, as in the label `com.docker.compose.project`.
package struct ProjectName: Identifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
}

/// A service's name in a Compose file, as in the label `com.docker.compose.service`.
package struct ServiceName: Identifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
}

/// A container's ID: 64 hexadecimal digits.
package struct ContainerID: Identifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
}

/// An image's ID, `sha256:` and 64 hexadecimal digits. Unlike a tag, it always names the same bytes.
package struct ImageID: Identifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
}

/// A volume's name; the Engine gives an anonymous one 64 hexadecimal digits.
package struct VolumeName: Identifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
}

/// The ID of a record in the build cache.
package struct CacheID: Identifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
}
