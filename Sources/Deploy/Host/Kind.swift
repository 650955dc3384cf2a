import Rules
import SystemPackage
import TOMLKit

/// A kind of value: how to read it, and how to write it.
struct Kind<Value: Sendable>: Sendable {
    /// The valid values, in words that complete "write …".
    let words: String
    let read: @Sendable (Entry) throws(SettingsError) -> Value
    let toml: @Sendable (Value) -> String
}

extension Kind<Int> {
    /// A whole number in a range.
    static func number(in range: ClosedRange<Int>) -> Self {
        let words = "a number from \(range.lowerBound) to \(range.upperBound)"
        return Kind(words: words) { entry throws(SettingsError) in
            // The library also reads booleans as numbers.
            guard entry.value.type == .int, let number = entry.value.int else {
                throw entry.wrongType("a whole number", "write \(words)")
            }
            guard range.contains(number) else { throw entry.place.error("is \(number)", "write \(words)") }
            return number
        } toml: {
            "\($0)"
        }
    }
}

extension Kind where Value: RawRepresentable<String> & CaseIterable {
    /// One of a few words.
    static var choice: Self {
        let words = Value.allCases.map { quoted($0.rawValue) }.joined(separator: " or ")
        return Kind(words: words) { entry throws(SettingsError) in
            let word = try entry.text()
            guard let choice = Value(rawValue: word) else {
                throw entry.place.error("is \(quoted(word))", "write \(words)")
            }
            return choice
        } toml: {
            quoted($0.rawValue)
        }
    }
}

extension Kind<FilePath> {
    static var path: Self {
        Kind(words: "an absolute path") { entry throws(SettingsError) in
            try entry.path(entry.text())
        } toml: {
            quoted($0.string)
        }
    }
}

extension Kind<FilePath?> {
    /// A file that node_exporter's textfile collector reads.
    static var textfile: Self {
        let words = "an absolute path that ends in .prom"
        return Kind(words: words) { entry throws(SettingsError) in
            let path = try entry.path(entry.text())
            guard path.extension == "prom" else {
                throw entry.place.error("\(path) has another ending", "write \(words)")
            }
            return path
        } toml: {
            quoted($0?.string ?? "")
        }
    }
}

extension Kind<String> {
    /// The host of a registry.
    static var host: Self {
        Kind(words: "a host, with its port if it needs one") { entry throws(SettingsError) in
            let host = try entry.text()
            guard !host.contains("/") else {
                throw entry.place.error("\(host) is not just a host", "write it as in ghcr.io or registry:5000")
            }
            return host
        } toml: {
            quoted($0)
        }
    }
}

extension Kind<Set<String>?> {
    /// The names of variables.
    static var names: Self {
        Kind(words: "a list of names") { entry throws(SettingsError) in
            Set(try entry.variableNames())
        } toml: {
            list(($0 ?? []).sorted())
        }
    }
}

extension Kind<CredentialNames> {
    /// The names of two variables.
    static var credential: Self {
        let words = "two different names"
        return Kind(words: words) { entry throws(SettingsError) in
            let names = try entry.variableNames()
            guard names.count == 2, names[0] != names[1] else {
                throw entry.place.error("has \(names.count) names", "write \(words)")
            }
            return CredentialNames(user: names[0], token: names[1])
        } toml: {
            list([$0.user, $0.token])
        }
    }
}

extension Kind<[String]> {
    /// The names of users.
    static var users: Self {
        Kind(words: "a list of users") { entry throws(SettingsError) in
            guard let array = entry.value.array else { throw entry.wrongType("an array of strings") }
            var users: [String] = []
            for element in array {
                guard let name = element.string else { throw entry.wrongType("an array of strings") }
                guard !name.isEmpty, !name.contains(where: { $0 == ":" || $0 == "/" || $0.isWhitespace }) else {
                    throw entry.place.error("\(name) is not the name of a user", "write it as in /etc/passwd")
                }
                users.append(name)
            }
            return users
        } toml: {
            list($0)
        }
    }
}

extension Kind<[String]> {
    /// A program and its arguments, which no shell reads.
    static var command: Self {
        Kind(words: "a list: the absolute path of a program, then its arguments") { entry throws(SettingsError) in
            guard let array = entry.value.array else { throw entry.wrongType("an array of strings") }
            var words: [String] = []
            for element in array {
                guard let word = element.string else { throw entry.wrongType("an array of strings") }
                words.append(word)
            }
            guard let program = words.first else { return [] }
            return [try entry.path(program).string] + words.dropFirst()
        } toml: {
            list($0)
        }
    }
}

extension Kind<[RepositoryPattern]?> {
    /// Repositories of images, in which `*` is allowed.
    static var repositories: Self {
        Kind(words: "a list of repositories") { entry throws(SettingsError) in
            guard let array = entry.value.array else { throw entry.wrongType("an array of strings") }
            var patterns: [RepositoryPattern] = []
            for element in array {
                guard let text = element.string else { throw entry.wrongType("an array of strings") }
                guard let pattern = RepositoryPattern(text) else {
                    throw entry.place.error(
                        "\(text) is not a repository",
                        "write it as in ghcr.io/acme/shop-*, without a tag"
                    )
                }
                patterns.append(pattern)
            }
            return patterns
        } toml: {
            "[" + ($0 ?? []).map { quoted($0.text) }.joined(separator: ", ") + "]"
        }
    }
}

extension Entry {
    fileprivate func text() throws(SettingsError) -> String {
        guard let text = value.string else { throw wrongType("a string") }
        guard !text.isEmpty else { throw place.error("is empty", "write a value or leave the key out") }
        return text
    }

    /// An absolute path; `..` is refused, because the system resolves it against a symbolic link's target.
    fileprivate func path(_ text: String) throws(SettingsError) -> FilePath {
        let path = FilePath(text)
        guard path.isAbsolute else { throw place.error("\(text) is not an absolute path", "begin it with /") }
        guard !path.components.contains(where: { $0.kind == .parentDirectory }) else {
            throw place.error("\(text) contains ..", "write the path without it")
        }
        return path.lexicallyNormalized()
    }

    fileprivate func variableNames() throws(SettingsError) -> [String] {
        guard let array = value.array else { throw wrongType("an array of strings") }
        var names: [String] = []
        for element in array {
            guard let name = element.string else { throw wrongType("an array of strings") }
            guard DropParser.isExportable(Array(name.utf8)) else {
                throw place.error("\(name) is not a valid variable name", "use letters, digits and _")
            }
            names.append(name)
        }
        return names
    }
}

private func list(_ names: [String]) -> String { "[" + names.map(quoted).joined(separator: ", ") + "]" }

private func quoted(_ text: String) -> String { "\"\(text)\"" }
