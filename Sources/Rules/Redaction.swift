/// Takes the secrets that are known out of what an app has written.
package struct Redaction: Equatable, Sendable {
    private let secrets: [String]

    /// - Parameter secrets: the values; what is shorter than six characters is too common to be looked for.
    package init(secrets: [String]) {
        // A secret that contains another must go first, or a part of it would stay.
        self.secrets = Set(secrets).filter { $0.count >= 6 }.sorted { ($1.count, $0) < ($0.count, $1) }
    }

    /// The secrets of an `.env`: the values of names that sound like one, and the passwords of all URLs.
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

    /// What Compose takes for the value: without its quotes, and without the comment that follows it.
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

    /// Of each URL what stands between the first colon and the last `@` of its authority.
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
    /// Where a text occurs first; the standard library has this only with Foundation or regular expressions.
    fileprivate func range(of text: String) -> Range<Index>? {
        indices.first { self[$0...].hasPrefix(text) }.map { $0..<index($0, offsetBy: text.count) }
    }
}
