/// Cuts what a container has written to a bounded size, for a record and the journal.
package enum Excerpt {
    /// How many lines of a container's log are evidence.
    package static let lineLimit = 50
    /// Unicode scalars of a line, since what a reader takes for one character may have any number of them.
    static let length = 400

    /// A line that is too long loses its end.
    package static func line(_ text: String) -> String {
        let scalars = text.unicodeScalars
        return scalars.count > length ? String(scalars.prefix(length)) + "…" : text
    }

    /// The last lines, each cut.
    package static func lines(_ lines: [String]) -> [String] {
        lines.suffix(lineLimit).map(line)
    }
}
