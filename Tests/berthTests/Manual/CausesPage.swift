/// `berth-causes(7)`: what `docs/causes.md` says, which a test holds to the list of causes.
struct CausesPage {
    /// The whole text of the document.
    let document: String

    var page: ManualPage {
        let parts = document.components(separatedBy: "\n## ")
        return ManualPage(
            name: "berth-causes",
            part: 7,
            summary: "why berth did not deploy a drop",
            sections: [
                ManualPage.Section("DESCRIPTION", Self.introduction(parts[0])),
                ManualPage.Section("CAUSES", parts.dropFirst().flatMap(Self.group)),
                ManualPage.Section(
                    "SEE ALSO",
                    [
                        .paragraph(
                            "`berth`(1), `berth-show`(1), `journalctl`(1), `berth-drop`(5), `berth-release`(5), `berth.toml`(5)"
                        )
                    ]
                ),
            ]
        )
    }

    /// What stands before the tables; a list of Markdown becomes one of terms.
    private static func introduction(_ text: String) -> [ManualPage.Block] {
        let paragraphs = text.components(separatedBy: "\n\n").dropFirst()
        return paragraphs.flatMap { paragraph -> [ManualPage.Block] in
            guard paragraph.hasPrefix("- ") else { return ManualPage.Block.blocks(of: paragraph) }
            let items = ("\n" + paragraph).components(separatedBy: "\n- ").dropFirst()
            return [.list(items.map(item))]
        }
    }

    private static func item(_ text: String) -> ManualPage.Entry {
        let line = text.split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: " ")
        guard let colon = line.firstRange(of: ": ") else { return ManualPage.Entry("", line) }
        return ManualPage.Entry(String(line[..<colon.lowerBound]), String(line[colon.upperBound...]))
    }

    private static func group(_ text: String) -> [ManualPage.Block] {
        let title = String(text.prefix { $0 != "\n" })
        let prose = text.dropFirst(title.count).components(separatedBy: "\n\n").map { $0.filter { $0 != "\n" } }
            .filter { !$0.isEmpty && !$0.hasPrefix("|") }
        let rows = MarkdownTable.rows(of: text).map { row in
            ManualPage.Entry(row[0], "Verdict: \(row[1]). \(row[2]) What to do: \(row[3])")
        }
        return [.heading(title)] + prose.map(ManualPage.Block.paragraph) + [.list(rows)]
    }
}

/// The tables of a Markdown text.
enum MarkdownTable {
    /// The cells of each row, without those that name the columns.
    static func rows(of text: some StringProtocol) -> [[String]] {
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("| ") || $0.hasPrefix("|--") }
        return zip(lines, lines.dropFirst() + [""]).compactMap { line, next in
            guard !line.hasPrefix("|--"), !next.hasPrefix("|--") else { return nil }
            return line.dropFirst().dropLast().components(separatedBy: "|").map(trimmed)
        }
    }

    private static func trimmed(_ cell: String) -> String {
        String(String(cell.drop { $0 == " " }.reversed()).drop { $0 == " " }.reversed())
    }
}

extension StringProtocol {
    func components(separatedBy separator: String) -> [String] {
        var parts: [String] = []
        var rest = Substring(self)
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
