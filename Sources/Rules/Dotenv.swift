/// The variables of an `.env` or an `env_file`, read as Compose reads it, except that nothing is interpolated and that a line
/// which Compose would refuse is passed over.
package struct Dotenv: Equatable, Sendable {
    package struct Variable: Equatable, Sendable {
        package let name: String
        /// The value as Compose reads it; before it, if it differs, as it is written between its quotes.
        package let spellings: [String]
        /// The variables that the value uses.
        package let uses: Set<String>
    }

    /// In file order; a name may come twice.
    package private(set) var variables: [Variable] = []
    /// The names without a value, for which Compose takes that of its own environment.
    package private(set) var inherited: Set<String> = []

    package init(_ text: String) {
        // By scalars, as Compose reads: an accent after a quotation mark or an equals sign would be one character with it.
        var rest = text.replacing("\r\n", with: "\n").unicodeScalars.drop { $0 == "\u{FEFF}" }
        while let start = rest.firstIndex(where: { !$0.properties.isWhitespace }) {
            rest = rest[start...]
            let line = rest.prefix { $0 != "\n" }
            guard line.first != "#", let separator = line.firstIndex(where: { $0 == "=" || $0 == ":" }) else {
                if line.first != "#" { inherited.insert(Self.name(line)) }
                rest = rest[line.endIndex...]
                continue
            }
            let name = Self.name(line[..<separator])
            let value = rest[rest.index(after: separator)...].drop(while: \.isBlank)
            let (spellings, end) = Self.value(value)
            variables.append(Variable(name: name, spellings: spellings, uses: Substring(value[..<end]).variables))
            rest = rest[end...]
        }
    }

    /// The names that it sets.
    package var names: Set<String> { inherited.union(variables.map(\.name)) }

    /// The variables from elsewhere, or from lines above, that it uses.
    package var uses: Set<String> { variables.reduce(inherited) { $0.union($1.uses) } }

    /// The last value of a name, as Compose reads it.
    package subscript(name: String) -> String? { variables.last { $0.name == name }?.spellings.last }

    private static func name(_ text: Substring.UnicodeScalarView) -> String {
        let words = text.split(whereSeparator: \.isBlank).map { String($0) }
        return (words.count > 1 && words[0] == "export" ? words.dropFirst() : words[...]).joined()
    }

    /// - Returns: the value, and where it ends.
    private static func value(_ text: Substring.UnicodeScalarView) -> ([String], Substring.Index) {
        if let quote = text.first, quote == "\"" || quote == "'", let quoted = quoted(text.dropFirst(), quote) {
            return quoted
        }
        let line = text.prefix { $0 != "\n" }
        let comment = zip(line.indices, line.indices.dropFirst()).first { line[$0].isBlank && line[$1] == "#" }
        let value = line[..<(comment?.0 ?? line.endIndex)]
        return ([value.trimmed], value.endIndex)
    }

    /// - Parameter text: begins after the opening quote.
    /// - Returns: nil if the value never ends.
    private static func quoted(
        _ text: Substring.UnicodeScalarView,
        _ quote: Unicode.Scalar
    ) -> ([String], Substring.Index)? {
        var value = String.UnicodeScalarView()
        var index = text.startIndex
        while index < text.endIndex {
            let next = text.index(after: index)
            if text[index] == "\\", next < text.endIndex, let meant = meaning(of: text[next], quote) {
                value.append(meant)
                index = text.index(after: next)
            } else if text[index] == quote {
                let written = String(text[..<index])
                let read = String(value)
                return (written == read ? [read] : [written, read], next)
            } else {
                value.append(text[index])
                index = next
            }
        }
        return nil
    }

    /// What a character after a backslash stands for; nil if the backslash stands for itself.
    private static func meaning(of character: Unicode.Scalar, _ quote: Unicode.Scalar) -> Unicode.Scalar? {
        switch character {
        case quote: quote
        case "n" where quote == "\"": "\n"
        case "r" where quote == "\"": "\r"
        case "t" where quote == "\"": "\t"
        case "\\" where quote == "\"": "\\"
        case "$" where quote == "\"": "$"
        default: nil
        }
    }
}

extension Unicode.Scalar {
    fileprivate var isBlank: Bool { self == " " || self == "\t" }
}

extension Substring.UnicodeScalarView {
    fileprivate var trimmed: String {
        var text = self
        while let last = text.last, last.properties.isWhitespace { text.removeLast() }
        return String(text)
    }
}
