import DockerModel
import Rules
import SystemPackage
import TOMLKit

/// A place in the settings.
struct Place: Sendable {
    let file: FilePath
    var line: Int?
    var key: String?

    func error(_ problem: String, _ hint: String) -> SettingsError {
        SettingsError(file: file, line: line, key: key, problem: problem, hint: hint)
    }

    /// The place of a key that is missing in this table: the table's own line.
    func missing(_ name: String) -> Place {
        Place(file: file, line: line, key: key.map { "\($0).\(name)" } ?? name)
    }
}

/// A key or a table in one file.
struct Entry {
    let path: [String]
    let value: any TOMLValueConvertible
    let place: Place

    var name: String { path.last ?? "" }

    func wrongType(
        _ expected: String,
        _ hint: String = "the sample berth.toml shows how each key is written"
    ) -> SettingsError {
        place.error("is \(value.type), not \(expected)", hint)
    }

    func unknown(among known: [String]) -> SettingsError {
        place.error("unknown key", "the keys here are " + known.joined(separator: ", "))
    }
}

/// One file of the settings, parsed.
///
/// The TOML library keeps no positions, so the fragment searches the text for the line of a key.
struct Fragment {
    let root: Entry
    private let lines: [Line]
    /// The first line of each table and each key.
    private let places: [[String]: Int]

    /// A line that names something.
    private struct Line {
        /// From 1.
        let number: Int
        /// The header's table, or the key with the table that it is in.
        let path: [String]
        let isHeader: Bool
    }

    /// - Parameter file: names the file in errors; it is not read.
    init(parsing text: String, file: FilePath) throws(SettingsError) {
        if let (fault, line) = SyntaxCheck.fault(in: text) {
            throw Place(file: file, line: line).error(fault.problem, "see toml.io for the syntax")
        }
        lines = Self.lines(of: text)
        places = Dictionary(lines.map { ($0.path, $0.number) }) { first, _ in first }
        do {
            root = Entry(path: [], value: try TOMLTable(string: text), place: Place(file: file))
        } catch let error as TOMLParseError {
            let place = Place(file: file, line: error.source.begin.line)
            throw place.error(error.description, "see toml.io for the syntax")
        } catch {
            throw Place(file: file).error("\(error)", "see toml.io")
        }
    }

    /// A table's entries, sorted, so that of several errors always the same one is reported.
    func entries(of table: Entry) throws(SettingsError) -> [Entry] {
        guard let values = table.value.table else { throw table.wrongType("a table") }
        return values.keys.sorted().compactMap { name in
            let path = table.path + [name]
            let place = Place(file: root.place.file, line: line(of: path), key: path.joined(separator: "."))
            return values[name].map { Entry(path: path, value: $0, place: place) }
        }
    }

    /// The line of a key, or of the table header nearest to it; nil if its notation is not recognized.
    private func line(of path: [String]) -> Int? {
        if let place = places[path] { return place }
        var nearest: Int?
        for line in lines {
            if line.isHeader {
                if path.starts(with: line.path), !line.path.isEmpty { nearest = line.number }
            } else if nearest == nil, line.path.starts(with: path) || path.starts(with: line.path) {
                nearest = line.number
            }
        }
        return nearest
    }

    private static func lines(of text: String) -> [Line] {
        var header: [String] = []
        var lines: [Line] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let text = line.drop { $0 == " " || $0 == "\t" }
            if text.first == "[" {
                header = keys(text.dropFirst().prefix { $0 != "]" })
                lines.append(Line(number: index + 1, path: header, isHeader: true))
            } else if let equals = text.firstIndex(of: "="), text.first != "#" {
                lines.append(Line(number: index + 1, path: header + keys(text[..<equals]), isHeader: false))
            }
        }
        return lines
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
