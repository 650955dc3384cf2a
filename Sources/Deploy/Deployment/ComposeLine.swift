// Pure: values in, values out.

/// A line that Compose has printed.
struct ComposeLine: Equatable {
    /// The line without the white space around it.
    let text: String

    init(_ line: String) {
        let isBlank: (Character) -> Bool = { $0.isWhitespace }
        text = String(line.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }

    /// Whether it only tells how far a layer is, which a pull does hundreds of times: such lines begin with the short ID
    /// of a layer, twelve hexadecimal digits.
    var isProgress: Bool {
        let word = text.prefix { $0 != " " }
        return word.utf8.count == 12 && word.allSatisfy { $0.isHexDigit && !$0.isUppercase }
    }
}
