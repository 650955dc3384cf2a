/// A line of Compose's output.
package struct ComposeLine: Equatable {
    /// The line without surrounding white space and without the value of an invalid `.env` line.
    package let text: String

    package init(_ line: String) {
        let isBlank: (Character) -> Bool = { $0.isWhitespace }
        let text = String(line.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
        // Compose quotes the rest of an `.env` line that it cannot parse, which may be a secret.
        let quoting = "in variable name \""
        let parts = text.split(separator: quoting, maxSplits: 1, omittingEmptySubsequences: false)
        self.text = parts.count == 2 ? parts[0] + quoting + "…\"" : text
    }

    /// Whether the line only reports a layer's progress, as a pull does hundreds of times. Such a line begins with the
    /// layer's short ID, twelve hexadecimal digits.
    package var isProgress: Bool {
        let word = text.prefix { $0 != " " }
        return word.utf8.count == 12 && word.allSatisfy { $0.isHexDigit && !$0.isUppercase }
    }
}
