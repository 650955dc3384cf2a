/// A line of Compose's output.
package struct ComposeLine: Equatable {
    /// The line without surrounding white space and without the value of an invalid `.env` line.
    package let text: String

    package init(_ line: String) {
        let end = line.lastIndex { !$0.isWhitespace }
        let text = end.map { String(line[...$0].drop(while: \.isWhitespace)) } ?? ""
        // Compose quotes the rest of an `.env` line that it cannot parse, which may be a secret.
        let quoting = "in variable name \""
        // By bytes: with an accent after it, the quotation mark would be another character.
        let bytes = Array(text.utf8)
        let start = bytes.firstRange(of: quoting.utf8)?.lowerBound
        self.text = start.map { String(decoding: bytes[..<$0], as: UTF8.self) + quoting + "…\"" } ?? text
    }

    /// Whether the line only reports a layer's progress, as a pull does hundreds of times. Such a line begins with the
    /// layer's short ID, twelve hexadecimal digits.
    package var isProgress: Bool {
        let word = text.prefix { $0 != " " }
        return word.utf8.count == 12 && word.allSatisfy { $0.isHexDigit && !$0.isUppercase }
    }
}
