import Rules

/// The text on one key for the sample file and the manual.
package struct KeyText: Sendable {
    package let name: String
    /// The valid values, in words that complete "write …".
    package let kind: String
    package let help: String
    /// The default or an example, in TOML.
    package let value: String
    package let isDefault: Bool
}

/// The text on one table for the sample file and the manual.
package struct TableText: Sendable {
    /// Empty for the keys above all tables.
    package let header: String
    package let help: String
    package let keys: [KeyText]
}

extension Settings {
    /// The text on the settings as a whole for the sample file and the manual.
    package static let help = [
        """
        berth reads /etc/berth/berth.toml, then the files /etc/berth/conf.d/*.toml in the order of their names. When \
        several of them write the same key, the last one counts. An app can have a file of its own there, such as \
        conf.d/shop.toml.
        """,
        """
        After a change, run `systemctl reload berth`. If there is a mistake, berth names the file, the line and the \
        key, and goes on with the settings that it has.
        """,
    ]

    /// Every table of the settings, with every key.
    package static let tables = [HostSettings.text, DiskSettings.text, RecordSettings.text, AppSettings.text]

    /// The sample file: every key, commented out, with its help and its default or an example.
    package static var sample: String {
        let key = """
            Below, a line that begins with # and no space is a setting, with its default or with an example. To use \
            it, remove the #, and also the # of the [table] above it.
            """
        let blocks = [comment(["The settings of berth."] + help + [key])] + tables.map(sample)
        return blocks.joined(separator: "\n\n") + "\n"
    }

    private static func sample(of table: TableText) -> String {
        let keys = table.keys.map { key in
            let kind = key.kind.prefix(1).uppercased() + key.kind.dropFirst()
            let note = "# \(kind); \(key.isDefault ? "by default" : "for example"):"
            return [comment([key.help]), note, "#\(key.name) = \(key.value)"].joined(separator: "\n")
        }
        let header = table.header.isEmpty ? "" : "\n#[\(table.header)]"
        return ([comment([table.help]) + header] + keys).joined(separator: "\n\n")
    }

    /// Paragraphs in lines that fit a terminal.
    private static func comment(_ paragraphs: [String]) -> String {
        paragraphs.map { paragraph in
            var lines = ["#"]
            for word in paragraph.split(separator: " ") {
                if lines[lines.count - 1].count + 1 + word.count > 79 { lines.append("#") }
                lines[lines.count - 1] += " " + word
            }
            return lines.joined(separator: "\n")
        }.joined(separator: "\n#\n")
    }
}
