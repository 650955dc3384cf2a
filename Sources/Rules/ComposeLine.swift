/// A line that Compose has printed.
package struct ComposeLine: Equatable {
    /// The line without the white space around it.
    package let text: String

    package init(_ line: String) {
        let isBlank: (Character) -> Bool = { $0.isWhitespace }
        let text = String(line.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
        // Of an `.env` line that it cannot read Compose quotes the rest, which may hold a secret.
        let quoting = "in variable name \""
        let parts = text.split(separator: quoting, maxSplits: 1, omittingEmptySubsequences: false)
        self.text = parts.count == 2 ? parts[0] + quoting + "…\"" : text
    }

    /// Whether it only tells how far a layer is, which a pull does hundreds of times: such lines begin with the short ID
    /// of a layer, twelve hexadecimal digits.
    package var isProgress: Bool {
        let word = text.prefix { $0 != " " }
        return word.utf8.count == 12 && word.allSatisfy { $0.isHexDigit && !$0.isUppercase }
    }
}
