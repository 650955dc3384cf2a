/// The kind of event of a journal entry: the value of its `MESSAGE_ID`, explained in the message catalog.
///
/// A 128-bit number, written as 32 lower-case hexadecimal digits (sd-id128(3)).
package struct MessageID: Sendable, Hashable {
    private let value: UInt128

    /// Parses 32 hexadecimal digits without dashes; nil if `text` is anything else.
    package init?(_ text: String) {
        guard text.utf8.count == 32, text.allSatisfy(\.isHexDigit), let value = UInt128(text, radix: 16) else {
            return nil
        }
        self.value = value
    }
}

extension MessageID: ExpressibleByStringLiteral {
    /// Takes a literal of 32 hexadecimal digits; any other is a programmer's mistake and traps.
    package init(stringLiteral literal: String) {
        guard let id = MessageID(literal) else {
            preconditionFailure("a message ID is 32 hexadecimal digits, not \(literal)")
        }
        self = id
    }
}

extension MessageID: CustomStringConvertible {
    package var description: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }
}
