/// A page of the manual, before it is written in the macros of man(7).
struct ManualPage {
    let name: String
    /// Which part of the manual it belongs to: 1 commands, 5 files, 7 the rest.
    let part: Int
    /// What it is, to follow the name in one line.
    let summary: String
    let sections: [Section]

    struct Section {
        let title: String
        let blocks: [Block]

        init(_ title: String, _ blocks: [Block]) {
            self.title = title
            self.blocks = blocks
        }
    }

    /// Texts have `code`, *emphasis*, **strong** and [links](…) as in Markdown.
    enum Block: Equatable {
        case paragraph(String)
        /// Lines that stand as they are.
        case example([String])
        case list([Entry])
        case heading(String)
    }

    struct Entry: Equatable {
        let term: String
        let text: String

        init(_ term: String, _ text: String) {
            self.term = term
            self.text = text
        }
    }

    var fileName: String { "\(name).\(part)" }
}

extension ManualPage.Block {
    /// The blocks of a text as it stands in help, prose or Markdown.
    ///
    /// Indented lines are an example; or a list if each has a term, two or more spaces and a text.
    static func blocks(of text: String) -> [Self] {
        var paragraphs: [[String]] = [[]]
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            let last = paragraphs[paragraphs.count - 1].last
            if line.isEmpty || last.map({ isIndented($0) != isIndented(line) }) == true { paragraphs.append([]) }
            if !line.isEmpty { paragraphs[paragraphs.count - 1].append(line) }
        }
        return paragraphs.filter { !$0.isEmpty }.map { lines in
            guard isIndented(lines[0]) else { return .paragraph(lines.joined(separator: " ")) }
            let entries = lines.compactMap(entry)
            return entries.count == lines.count ? .list(entries) : .example(withoutIndent(lines))
        }
    }

    private static func isIndented(_ line: String) -> Bool { line.hasPrefix("  ") }

    private static func withoutIndent(_ lines: [String]) -> [String] {
        let indent = lines.map { $0.prefix { $0 == " " }.count }.min() ?? 0
        return lines.map { String($0.dropFirst(indent)) }
    }

    /// `  term  text`.
    private static func entry(_ line: String) -> ManualPage.Entry? {
        let words = line.drop { $0 == " " }
        let term = words.prefix { $0 != " " }
        let rest = words.dropFirst(term.count)
        guard rest.hasPrefix("  ") else { return nil }
        return ManualPage.Entry("`\(term)`", String(rest.drop { $0 == " " }))
    }
}
