/// Rows of cells, each column as wide as its widest cell.
struct Table: Equatable {
    struct Column: Equatable {
        var title = ""
        /// Numbers stand at the right and are never cut.
        var isNumber = false
        /// On a terminal its text stands below the row, in as many lines as it takes. Only the last column can be a note.
        var isNote = false
    }

    struct Cell: Equatable, ExpressibleByStringInterpolation {
        var text: String
        var tone = Tone.plain

        init(_ text: String, _ tone: Tone = .plain) { (self.text, self.tone) = (text, tone) }
        init(stringLiteral text: String) { self.init(text) }
    }

    let columns: [Column]
    let rows: [[Cell]]

    init(columns: [Column], rows: [[Cell]]) {
        self.columns = columns
        self.rows = rows.map { $0.map { Cell($0.text.inOneLine, $0.tone) } }
    }

    init(columns: [Column], rows: [[String]]) {
        self.init(columns: columns, rows: rows.map { $0.map { Cell($0) } })
    }

    /// - Parameters:
    ///   - width: what all columns must fit into, without those that have no content; nil cuts nothing and shows them all.
    ///   - isStyled: whether cells show their tone.
    func lines(fitting width: Int?, isStyled: Bool = false) -> [String] {
        guard let width else { return grid(Array(columns.indices), nil, isStyled).flatMap { $0 } }
        let filled = columns.indices.filter { index in rows.contains { !$0[index].text.isEmpty } }
        let (notes, shown) = (filled.filter { columns[$0].isNote }, filled.filter { !columns[$0].isNote })
        let lines = grid(shown, width, isStyled)
        guard let note = notes.first else { return lines.flatMap { $0 } }
        let indent = String(repeating: " ", count: min(Self.indent, max(0, width - 2)))
        let titles = lines.count - rows.count
        return lines.enumerated().flatMap { index, line in
            index < titles
                ? line : line + rows[index - titles][note].text.wrapped(to: width - indent.count).map { indent + $0 }
        }
    }

    /// The titles, if there are any, and the rows; each is one line.
    private func grid(_ shown: [Int], _ width: Int?, _ isStyled: Bool) -> [[String]] {
        let hasTitles = columns.contains { !$0.title.isEmpty }
        let cells = (hasTitles ? [columns.map { Cell($0.title) }] : []) + rows
        var widths = columns.indices.map { index in cells.map { $0[index].text.width }.max() ?? 0 }
        if let width { shrink(&widths, shown, to: width) }
        return cells.map { row in [line(row, shown, widths, isStyled)] }
    }

    private func line(_ row: [Cell], _ shown: [Int], _ widths: [Int], _ isStyled: Bool) -> String {
        let last = shown.last { !row[$0].text.isEmpty } ?? -1
        let cells = shown.filter { $0 <= last }.map { index in
            let text = row[index].text.cut(to: widths[index])
            let space = String(repeating: " ", count: widths[index] - text.width)
            let styled = isStyled ? Style(tone: row[index].tone).applied(to: text) : text
            if columns[index].isNumber { return space + styled }
            return index == last ? styled : styled + space
        }
        return cells.isEmpty ? "" : Self.gap + cells.joined(separator: Self.gap)
    }

    /// Takes from the widest text column, again and again, until the line fits or nothing is left to take.
    private func shrink(_ widths: inout [Int], _ shown: [Int], to width: Int) {
        let texts = shown.filter { !columns[$0].isNumber }
        var excess = shown.reduce(0) { $0 + Self.gap.count + widths[$1] } - width
        while excess > 0, let widest = texts.max(by: { widths[$0] < widths[$1] }), widths[widest] > Self.least {
            widths[widest] -= 1
            excess -= 1
        }
    }

    private static let gap = "  "
    /// A column is not made narrower than this.
    private static let least = 8
    /// Where a note begins.
    private static let indent = 6
}
