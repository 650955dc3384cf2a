/// Text of others in Markdown: it stands in code, where it can be neither markup nor a link, nor mention a person.
enum Markdown {
    // Markdown looks at scalars, so all of this does: a backtick with an accent is one character, and still a backtick.

    /// A code span.
    static func code(_ text: String) -> String {
        let text = text.inOneLine
        let fence = String(repeating: "`", count: text.longestRunOfBackticks + 1)
        let edges = [text.unicodeScalars.first, text.unicodeScalars.last]
        let space = edges.contains { [nil, "`", " "].contains($0) } ? " " : ""
        return fence + space + text + space + fence
    }

    /// A code span in a table, in which a `|` must be escaped also in code. A backslash before it would take the escape away.
    static func cell(_ text: String) -> String {
        var cell = String.UnicodeScalarView()
        for scalar in code(text).unicodeScalars {
            if scalar == "|" { cell.append(contentsOf: (cell.last == "\\" ? " \\" : "\\").unicodeScalars) }
            cell.append(scalar)
        }
        return String(cell)
    }

    /// A block of lines, none of which can end it.
    static func block(_ lines: [String], language: String = "text") -> [String] {
        let lines = lines.map(\.inOneLine)
        let fence = String(repeating: "`", count: max(3, (lines.map(\.longestRunOfBackticks).max() ?? 0) + 1))
        return [fence + language] + lines + [fence]
    }

    /// - Parameter rows: of cells that are Markdown already.
    static func table(_ titles: [String], _ rows: [[String]]) -> [String] {
        ([titles, titles.map { _ in "---" }] + rows).map { "| \($0.joined(separator: " | ")) |" }
    }
}

extension String {
    fileprivate var longestRunOfBackticks: Int {
        var (longest, run) = (0, 0)
        for scalar in unicodeScalars {
            run = scalar == "`" ? run + 1 : 0
            longest = max(longest, run)
        }
        return longest
    }
}
