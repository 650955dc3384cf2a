/// Text of others in Markdown: it stands in code, where it can be neither markup nor a link, nor mention a person.
enum Markdown {
    /// A code span.
    static func code(_ text: String) -> String {
        let text = text.inOneLine
        let fence = String(repeating: "`", count: text.longestRunOfBackticks + 1)
        let hasEdge = ["`", " "].contains { text.hasPrefix($0) || text.hasSuffix($0) }
        let space = text.isEmpty || hasEdge ? " " : ""
        return fence + space + text + space + fence
    }

    /// A code span in a table, in which a `|` must be escaped also in code. A backslash before it would take the escape away.
    static func cell(_ text: String) -> String {
        code(text).replacing("\\|", with: "\\ |").replacing("|", with: "\\|")
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
        for character in self {
            run = character == "`" ? run + 1 : 0
            longest = max(longest, run)
        }
        return longest
    }
}
