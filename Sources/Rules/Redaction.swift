/// Removes known secrets from an app's output.
package struct Redaction: Equatable, Sendable {
    private let secrets: [String]

    /// - Parameter secrets: the values; those with fewer than six characters are ignored as too common.
    package init(secrets: [String]) {
        // A secret that contains another must be replaced first, or part of it would stay.
        self.secrets = Set(secrets).filter { $0.count >= 6 }.sorted { ($1.count, $0) < ($0.count, $1) }
    }

    /// Finds the secrets of an `.env`: the values of names that sound secret, and the passwords in all URLs.
    package init(environment: String, secrets: [String] = []) {
        var found = secrets
        for line in environment.split(whereSeparator: \.isNewline) {
            guard let equals = line.firstIndex(of: "=") else { continue }
            let name = line[..<equals].uppercased()
            let value = Self.value(line[line.index(after: equals)...])
            if Self.words.contains(where: { name.contains($0) }) { found.append(value) }
            found += Self.passwords(inURLs: value[...])
        }
        self.init(secrets: found)
    }

    package func apply(to text: String) -> String {
        secrets.reduce(text) { $0.replacing($1, with: "[redacted]") }
    }

    private static let words = [
        "TOKEN", "SECRET", "PASS", "PWD", "KEY", "CREDENTIAL", "DSN", "SALT", "AUTH", "JWT", "COOKIE",
    ]

    /// The value as Compose reads it: without quotes and without a trailing comment.
    private static func value(_ text: Substring) -> String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        let text = text.drop(while: isBlank)
        if let quote = text.first, quote == "\"" || quote == "'", let end = text.dropFirst().firstIndex(of: quote) {
            return String(text[..<end].dropFirst())
        }
        let comment = zip(text.indices, text.indices.dropFirst()).first { isBlank(text[$0]) && text[$1] == "#" }
        var value = text[..<(comment?.0 ?? text.endIndex)]
        while let last = value.last, isBlank(last) { value.removeLast() }
        return String(value)
    }

    /// The text between the first colon and the last `@` of each URL's authority.
    private static func passwords(inURLs text: Substring) -> [String] {
        guard let scheme = text.range(of: "://") else { return [] }
        let rest = text[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let others = passwords(inURLs: rest)
        guard let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") else {
            return others
        }
        return [String(authority[authority.index(after: colon)..<at])] + others
    }
}

extension Substring {
    /// The first occurrence of a text; the standard library needs Foundation or regular expressions for it.
    fileprivate func range(of text: String) -> Range<Index>? {
        indices.first { self[$0...].hasPrefix(text) }.map { $0..<index($0, offsetBy: text.count) }
    }
}
