import Docker
import DockerModel
import Linux
import Rules
import SystemPackage
import TOMLKit

/// Reads typed values from one TOML file, and says which line is to blame where a value has the wrong type.
///
/// The TOML library keeps no positions once a file has parsed, so that a key's line is looked up in the text.
struct FragmentReader {
    private let root: TOMLTable
    private let lines: [Substring]
    private let file: FilePath

    init(text: String, file: FilePath) throws(SettingsError) {
        self.file = file
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        do {
            root = try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            throw SettingsError(
                file: file,
                line: error.source.begin.line,
                key: nil,
                problem: error.description,
                hint: "see toml.io for how TOML is written"
            )
        } catch {
            throw SettingsError(file: file, line: nil, key: nil, problem: "\(error)", hint: "see toml.io")
        }
    }

    /// The keys of the table at a path, sorted, so that of several errors the same one is always reported.
    func keys(of path: [String]) -> [String] {
        table(at: path)?.keys.sorted() ?? []
    }

    /// The keys of a table of the root, sorted; none where it is not there.
    func keys(ofTable key: String) throws(SettingsError) -> [String] {
        guard root[key] != nil else { return [] }
        guard root[key]?.table != nil else { throw wrongType([key], expected: "a table") }
        return keys(of: [key])
    }

    /// The names of the tables in a table of the root.
    func tables(in key: String) throws(SettingsError) -> [String] {
        let names = try keys(ofTable: key)
        for name in names where table(at: [key, name]) == nil { throw wrongType([key, name], expected: "a table") }
        return names
    }

    func string(_ path: [String]) throws(SettingsError) -> Located<String> {
        guard let text = value(at: path)?.string else { throw wrongType(path, expected: "a string") }
        guard !text.isEmpty else { throw error(path, "is empty", "write a value or leave the key out") }
        return located(text, path)
    }

    func strings(_ path: [String]) throws(SettingsError) -> Located<[String]> {
        guard let array = value(at: path)?.array else { throw wrongType(path, expected: "an array of strings") }
        var texts: [String] = []
        for element in array {
            guard let text = element.string else { throw wrongType(path, expected: "an array of strings") }
            texts.append(text)
        }
        return located(texts, path)
    }

    /// One of a few words.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ path: [String]
    ) throws(SettingsError) -> Located<Choice> {
        let word = try string(path).value
        guard let choice = Choice(rawValue: word) else {
            let words = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
            throw error(path, "is \"\(word)\"", "write \(words)")
        }
        return located(choice, path)
    }

    func number(_ path: [String], in range: ClosedRange<Int>) throws(SettingsError) -> Located<Int> {
        // The library also reads booleans as numbers.
        guard let value = value(at: path), value.type == .int, let number = value.int else {
            throw wrongType(path, expected: "a whole number")
        }
        guard range.contains(number) else {
            throw error(path, "is \(number)", "write a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return located(number, path)
    }

    /// An absolute path; `..` is refused, since it would be resolved against whatever a symbolic link points to.
    func path(_ path: [String]) throws(SettingsError) -> Located<FilePath> {
        let text = try string(path).value
        let file = FilePath(text)
        guard file.isAbsolute else { throw error(path, "\(text) is not an absolute path", "begin it with /") }
        guard !file.components.contains(where: { $0.kind == .parentDirectory }) else {
            throw error(path, "\(text) contains ..", "write the path without it")
        }
        return located(file.lexicallyNormalized(), path)
    }

    func located<Value>(_ value: Value, _ path: [String]) -> Located<Value> {
        Located(value: value, file: file, line: line(of: path), key: path.joined(separator: "."))
    }

    func unknown(_ path: [String], among known: [String]) -> SettingsError {
        error(path, "unknown key", "the keys here are " + known.joined(separator: ", "))
    }

    func error(_ path: [String], _ problem: String, _ hint: String) -> SettingsError {
        SettingsError(file: file, line: line(of: path), key: path.joined(separator: "."), problem: problem, hint: hint)
    }

    private func wrongType(_ path: [String], expected: String) -> SettingsError {
        let found = value(at: path).map { "\($0.type)" } ?? "nothing"
        return error(path, "is \(found), not \(expected)", "the sample berth.toml shows how each key is written")
    }

    private func table(at path: [String]) -> TOMLTable? {
        path.reduce(root) { table, key in table?[key]?.table }
    }

    private func value(at path: [String]) -> (any TOMLValueConvertible)? {
        path.last.flatMap { table(at: path.dropLast())?[$0] }
    }

    private func table(at path: ArraySlice<String>) -> TOMLTable? {
        table(at: Array(path))
    }

    /// The line of a key, or of the table header nearest to it; nil where it is written in a form not looked for.
    private func line(of path: [String]) -> Int? {
        var header: [String] = []
        var nearest: Int?
        for (index, line) in lines.enumerated() {
            let text = line.drop { $0 == " " || $0 == "\t" }
            if text.first == "[" {
                header = Self.keys(text.dropFirst().prefix { $0 != "]" })
                if path.starts(with: header), !header.isEmpty { nearest = index + 1 }
                if header == path { return index + 1 }
            } else if let equals = text.firstIndex(of: "="), text.first != "#" {
                let key = header + Self.keys(text[..<equals])
                if key == path { return index + 1 }
                if key.starts(with: path) || path.starts(with: key) { nearest = nearest ?? index + 1 }
            }
        }
        return nearest
    }

    /// The parts of a dotted key; a dot within quotes belongs to its part.
    private static func keys(_ text: Substring) -> [String] {
        var keys = [""]
        var quote: Character?
        for character in text {
            switch character {
            case quote: quote = nil
            case "\"" where quote == nil, "'" where quote == nil: quote = character
            case "." where quote == nil: keys.append("")
            case " " where quote == nil, "\t" where quote == nil: continue
            default: keys[keys.count - 1].append(character)
            }
        }
        return keys
    }
}
