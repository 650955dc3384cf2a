/// Cuts a container's output to a bounded size, for the record and the journal.
package enum Excerpt {
    /// The maximum number of log lines.
    package static let lineLimit = 50
    /// The maximum length of a line in Unicode scalars, because a character may have any number of them.
    static let length = 400

    /// The line, cut at the end if it is too long.
    package static func line(_ text: String) -> String {
        let scalars = text.unicodeScalars
        return scalars.count > length ? String(scalars.prefix(length)) + "…" : text
    }

    /// A text of several lines, without the white space at its end, cut if it is too long.
    package static func text(_ text: String) -> String {
        let end = text.lastIndex { !$0.isWhitespace }
        return line(end.map { String(text[...$0]) } ?? "")
    }

    /// The last lines, each cut.
    package static func lines(_ lines: [String]) -> [String] {
        lines.suffix(lineLimit).map(line)
    }
}
