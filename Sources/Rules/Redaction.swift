/// Removes known secrets from an app's output.
package struct Redaction: Equatable, Sendable {
    /// What stands in a secret's place.
    package static let mark = "[redacted]"

    private let secrets: [String]

    /// - Parameter secrets: the values; each line of a value is a secret too, because a log shows lines. A value or line
    ///   with fewer than six characters is ignored as too common, and so is a word of ``commonWords``.
    package init(secrets: [String]) {
        let all = secrets.flatMap { [$0] + $0.split(whereSeparator: \.isNewline).map(String.init) }
        let known = Set(all).filter { $0.count >= 6 && !Self.commonWords.contains($0.lowercased()) }
        // A secret that contains another must be replaced first, or part of it would stay.
        self.secrets = known.sorted { ($1.count, $0) < ($0.count, $1) }
    }

    /// Finds the secrets of an `.env`: the values of names that sound secret, and the passwords in all URLs.
    package init(environment: String, secrets: [String] = []) {
        var found = secrets
        for variable in Dotenv(environment).variables {
            if SecretName.matches(variable.name) { found += variable.spellings }
            found += variable.spellings.flatMap { Self.passwords(inURLs: $0[...]) }
        }
        self.init(secrets: found)
    }

    package func apply(to text: String) -> String {
        secrets.reduce(text) { $0.replacing($1, with: Self.mark) }
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
