/// A member's name in a JSON object, written as a literal where it is used.
package struct Name: CodingKey, ExpressibleByStringLiteral {
    package let stringValue: String
    package var intValue: Int? { nil }

    package init(stringValue: String) { self.stringValue = stringValue }
    package init(stringLiteral value: String) { stringValue = value }
    package init?(intValue: Int) { nil }
}

extension Decoder {
    /// The members of the object that this decoder reads.
    package func members() throws -> KeyedDecodingContainer<Name> {
        try container(keyedBy: Name.self)
    }
}

extension KeyedDecodingContainer<Name> {
    /// The value under a name.
    package func value<Value: Decodable>(_ name: Name) throws -> Value {
        try decode(Value.self, forKey: name)
    }

    /// The value under a name, or nil if it is absent or `null`; the Engine uses both for "none".
    package func optional<Value: Decodable>(_ name: Name) throws -> Value? {
        try decodeIfPresent(Value.self, forKey: name)
    }

    /// The members of the object under a name.
    package func object(_ name: Name) throws -> Self {
        try nestedContainer(keyedBy: Name.self, forKey: name)
    }

    /// The members of the object under a name, or nil if it is absent or `null`.
    package func optionalObject(_ name: Name) throws -> Self? {
        guard contains(name), try !decodeNil(forKey: name) else { return nil }
        return try object(name)
    }

    /// The moment under a name, or nil if it is absent, no moment, or Go's zero time.
    package func timestamp(_ name: Name) throws -> Timestamp? {
        try optional(name).flatMap { (text: String) in Timestamp(text) }
    }
}
