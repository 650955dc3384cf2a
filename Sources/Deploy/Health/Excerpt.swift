// Pure: values in, values out.

/// Cuts what a container has written to a bounded size, for a record and the journal.
package enum Excerpt {
    /// How many lines of a container's log are evidence.
    package static let lineLimit = 50
    /// Characters of a line.
    static let length = 400

    /// A line that is too long loses its end.
    package static func line(_ text: String) -> String {
        text.count > length ? text.prefix(length) + "…" : text
    }

    /// The last lines, each cut.
    package static func lines(_ lines: [String]) -> [String] {
        lines.suffix(lineLimit).map(line)
    }
}

/// Takes the secrets that are known out of what an app has written.
package struct Redaction: Equatable, Sendable {
    private let secrets: [String]

    /// - Parameter secrets: the values; what is shorter than six characters is too common to be looked for.
    package init(secrets: [String]) {
        // A secret that contains another must go first, or a part of it would stay.
        self.secrets = Set(secrets).filter { $0.count >= 6 }.sorted { ($1.count, $0) < ($0.count, $1) }
    }

    /// The secrets of an `.env`: the values of names that sound like one, and the password of every URL.
    package init(environment: String, secrets: [String] = []) {
        var found = secrets
        for line in environment.split(separator: "\n") {
            guard let equals = line.firstIndex(of: "=") else { continue }
            let name = line[..<equals].uppercased()
            let value = Self.unquoted(line[line.index(after: equals)...])
            if Self.words.contains(where: { name.contains($0) }) { found.append(value) }
            if let password = Self.password(inURL: value) { found.append(password) }
        }
        self.init(secrets: found)
    }

    package func apply(to text: String) -> String {
        secrets.reduce(text) { $0.replacing($1, with: "[redacted]") }
    }

    private static let words = [
        "TOKEN", "SECRET", "PASS", "PWD", "KEY", "CREDENTIAL", "DSN", "SALT", "AUTH", "JWT", "COOKIE",
    ]

    private static func unquoted(_ text: Substring) -> String {
        let blanks: Set<Character> = [" ", "\t", "\r"]
        var text = text.drop { blanks.contains($0) }
        while let last = text.last, blanks.contains(last) { text.removeLast() }
        guard text.count >= 2, let first = text.first, first == text.last, first == "\"" || first == "'" else {
            return String(text)
        }
        return String(text.dropFirst().dropLast())
    }

    /// What stands between the first colon and the last `@` of a URL's authority.
    private static func password(inURL text: String) -> String? {
        guard let scheme = text.range(of: "://") else { return nil }
        let authority = text[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" }
        guard let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") else {
            return nil
        }
        return String(authority[authority.index(after: colon)..<at])
    }
}

extension String {
    /// Where a text occurs first; the standard library has this only with Foundation or regular expressions.
    fileprivate func range(of text: String) -> Range<Index>? {
        indices.first { self[$0...].hasPrefix(text) }.map { $0..<index($0, offsetBy: text.count) }
    }
}
