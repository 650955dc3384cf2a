/// Removes known secrets from an app's output.
package struct Redaction: Equatable, Sendable {
    /// What stands in a secret's place.
    package static let mark = "[redacted]"

    /// As bytes, because what follows a secret may be one character with its end, such as an accent.
    private let secrets: [[UInt8]]

    /// - Parameter secrets: the values; each line of a value is a secret too, because a log shows lines. A value or line
    ///   with fewer than six characters is ignored as too common, and so is a word of ``commonWords``.
    package init(secrets: [String]) {
        let all = secrets.flatMap { [$0] + $0.split(whereSeparator: \.isNewline).map(String.init) }
        let known = all.filter { $0.count >= 6 && !Self.commonWords.contains($0.lowercased()) }
        // As texts, two spellings of an accent would be one secret.
        self.secrets = Set(known.map { Array($0.utf8) }).sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// Finds the secrets of an `.env`: the values of names that sound secret, and the passwords in all URLs.
    package init(environment: String, secrets: [String] = []) {
        var found = secrets
        for variable in Dotenv(environment).variables {
            if SecretName.matches(variable.name) { found += variable.spellings }
            found += variable.spellings.flatMap(Self.passwords)
        }
        self.init(secrets: found)
    }

    /// - Returns: the text with the mark for each secret; secrets that overlap share one.
    package func apply(to text: String) -> String {
        let bytes = Array(text.utf8)
        let hidden = secrets.flatMap(bytes.ranges).sorted { $0.lowerBound < $1.lowerBound }
        guard !hidden.isEmpty else { return text }
        var shown: [UInt8] = []
        var end = 0
        for range in hidden {
            if range.lowerBound >= end { shown += bytes[end..<range.lowerBound] + Array(Self.mark.utf8) }
            end = max(end, range.upperBound)
        }
        return String(decoding: shown + bytes[end...], as: UTF8.self)
    }

    /// What settings often say and programs often print. A list, and no measure of randomness: a weak password must not
    /// be shown because it looks like a word.
    static let commonWords: Set<String> = [
        "anonymous", "bearer", "bcrypt", "argon2", "argon2id", "client", "cookie", "cookies", "database", "default",
        "development", "digest", "disable", "disabled", "enable", "enabled", "external", "internal", "keycloak",
        "localhost", "memory", "native", "oauth2", "openid", "optional", "postgres", "prefer", "preferred",
        "production",
        "public", "required", "require", "scram-sha-256", "server", "session", "sha256", "sha512", "staging",
        "standard",
        "strict", "testing", "unknown", "verify-ca", "verify-full",
    ]

    /// The text between the first colon and the last `@` of each URL's authority. By bytes: with an accent after it, a sign
    /// would be another character.
    private static func passwords(inURLs text: String) -> [String] {
        var passwords: [String] = []
        var rest = Array(text.utf8)[...]
        while let colon = rest.firstIndex(of: UInt8(ascii: ":")) {
            rest = rest[(colon + 1)...]
            guard rest.starts(with: "//".utf8) else { continue }
            rest = rest.dropFirst(2)
            let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
            guard let at = authority.lastIndex(of: UInt8(ascii: "@")),
                let colon = authority[..<at].firstIndex(of: UInt8(ascii: ":"))
            else { continue }
            passwords.append(String(decoding: authority[(colon + 1)..<at], as: UTF8.self))
        }
        return passwords
    }
}

extension [UInt8] {
    /// Each occurrence of a text, also of those that overlap.
    fileprivate func ranges(of text: [UInt8]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var rest = self[...]
        while let first = text.first, let start = rest.firstIndex(of: first) {
            if rest[start...].starts(with: text) { ranges.append(start..<start + text.count) }
            rest = rest[(start + 1)...]
        }
        return ranges
    }
}
