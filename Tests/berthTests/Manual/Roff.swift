@testable import berth

/// Writes pages in the macros of man(7).
enum Roff {
    static func text(_ page: ManualPage) -> String {
        let title = page.name.uppercased()
        var lines = [
            #".\" Generated from berth's own code: do not edit, run `make man`."#,
            // No date: a page says what its version does, whenever it was built.
            ".TH \"\(escaped(title))\" \(page.part) \"\" \"berth \(Berth.version)\" \"berth\"",
            ".SH NAME", "\(escaped(page.name)) \\- \(inline(page.summary))",
        ]
        for section in page.sections {
            lines.append(".SH \"\(section.title)\"")
            for (index, block) in section.blocks.enumerated() {
                // A heading makes its own space.
                let isFirst = index == 0 || section.blocks[index - 1].isHeading
                lines += self.lines(block, isFirst: isFirst)
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func lines(_ block: ManualPage.Block, isFirst: Bool) -> [String] {
        switch block {
        case .paragraph(let text): (isFirst ? [] : [".PP"]) + [line(inline(text))]
        case .heading(let text): [".SS \"\(text)\""]
        case .list(let entries): entries.flatMap { [".TP", line(inline($0.term)), line(inline($0.text))] }
        case .example(let lines):
            (isFirst ? [] : [".PP"]) + [".RS 4", ".EX"] + lines.map { line(verbatim($0)) } + [".EE", ".RE"]
        }
    }

    /// A line of text that no request can begin.
    private static func line(_ text: String) -> String {
        text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" + text : text
    }

    /// Text with the marks of Markdown.
    static func inline(_ text: String) -> String {
        var rest = Substring(text)
        var result = ""
        while let character = rest.first {
            if let (marked, after) = span(rest, "`", "`") {
                result += "\\fB\(verbatim(marked))\\fR"
                rest = after
            } else if let (marked, after) = span(rest, "**", "**") {
                result += "\\fB\(escaped(marked))\\fR"
                rest = after
            } else if let (marked, after) = span(rest, "*", "*"), marked.first?.isLetter == true, !marked.contains("`")
            {
                result += "\\fI\(verbatim(marked))\\fR"
                rest = after
            } else if let (label, after) = span(rest, "[", "]("), let end = after.firstIndex(of: ")") {
                let document = after[..<end].prefix { $0 != "#" }.split(separator: "/").last.map(String.init)
                result += inline(document.flatMap { pages[$0] } ?? label)
                rest = after[after.index(after: end)...]
            } else {
                result += escaped(String(character))
                rest.removeFirst()
            }
        }
        return result
    }

    /// The pages of the manual that have what a link's document has.
    private static let pages = [
        "README.md": "`berth`(1)", "releases.md": "`berth-release`(5)", "drops.md": "`berth-drop`(5)",
        "causes.md": "`berth-causes`(7)",
    ]

    /// What the text begins with between two marks, and what comes after them.
    private static func span(_ text: Substring, _ open: String, _ close: String) -> (String, Substring)? {
        guard text.hasPrefix(open) else { return nil }
        let inner = text.dropFirst(open.count)
        guard let end = inner.firstRange(of: close), !end.isEmpty, end.lowerBound > inner.startIndex else { return nil }
        return (String(inner[..<end.lowerBound]), inner[end.upperBound...])
    }

    /// Prose: a hyphen may be one.
    private static func escaped(_ text: String) -> String {
        text.map { $0 == "\\" ? "\\e" : String($0) }.joined()
    }

    /// What a reader may copy: each character is the one of ASCII.
    private static func verbatim(_ text: String) -> String {
        let names: [Character: String] = [
            "\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti",
        ]
        return text.map { names[$0] ?? String($0) }.joined()
    }
}

extension ManualPage.Block {
    fileprivate var isHeading: Bool {
        if case .heading = self { true } else { false }
    }
}
