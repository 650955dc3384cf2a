/// Rows of cells, each column as wide as its widest cell.
struct Table: Equatable {
    struct Column: Equatable {
        var title = ""
        /// Numbers stand at the right and are never cut.
        var isNumber = false
        /// Sentences are broken at blanks, and never cut: beside the other columns if half of a terminal is left for them,
        /// else below the row. Only the last column can have sentences.
        var isProse = false
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
        var widths = columns.indices.map { index in (titles + rows).map { $0[index].text.width }.max() ?? 0 }
        guard let width else { return (titles + rows).map { line($0, Array(columns.indices), widths, isStyled) } }
        let filled = columns.indices.filter { index in rows.contains { !$0[index].text.isEmpty } }
        let grid = filled.filter { !columns[$0].isProse }
        guard shrink(&widths, grid, to: width) || titles.isEmpty else { return expanded(filled, width, isStyled) }
        guard let prose = filled.last, columns[prose].isProse else {
            return (titles + rows).map { line($0, grid, widths, isStyled) }
        }
        let taken = total(grid, widths) + Self.gap.count
        if taken + widths[prose] <= width { return (titles + rows).map { line($0, filled, widths, isStyled) } }
        let isBeside = width - taken >= width / 2
        let indent = isBeside ? taken : min(Self.indent, width / 2)
        return titles.map { line($0, isBeside ? filled : grid, widths, isStyled) }
            + rows.flatMap { row in
                let others = line(row, grid, widths, isStyled)
                let sentences = row[prose].text.wrapped(to: width - indent, indent: indent)
                guard isBeside, let first = sentences.first else { return [others] + sentences }
                let space = String(repeating: " ", count: max(0, taken - line(row, grid, widths, false).width))
                return [others + space + first.dropFirst(indent)] + sentences.dropFirst()
            }
    }

    private var titles: [[Cell]] {
        columns.contains { !$0.title.isEmpty } ? [columns.map { Cell($0.title) }] : []
    }

    /// Each cell in a line of its own, with the column's title before it; for a terminal that is too narrow for the columns.
    private func expanded(_ shown: [Int], _ width: Int, _ isStyled: Bool) -> [String] {
        let longest = shown.map { columns[$0].title.width }.max() ?? 0
        let indent = Self.gap.count * 2 + longest
        let blocks = rows.map { row in
            shown.filter { !row[$0].text.isEmpty }.flatMap { index in
                let space = String(repeating: " ", count: longest - columns[index].title.width)
                let title = Self.gap + columns[index].title + space + Self.gap
                let lines = row[index].text.wrapped(to: max(Self.least, width - indent), indent: 0)
                return lines.enumerated().map { number, text in
                    (number == 0 ? title : String(repeating: " ", count: indent))
                        + (isStyled ? Style(tone: row[index].tone).applied(to: text) : text)
                }
            }
        }
        return Array(blocks.joined(separator: [""]))
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

    /// Takes from the widest text column, again and again, until the line fits or nothing is left to take. No title is cut.
    ///
    /// - Returns: whether it fits.
    private func shrink(_ widths: inout [Int], _ shown: [Int], to width: Int) -> Bool {
        let texts = shown.filter { !columns[$0].isNumber }
        var excess = total(shown, widths) - width
        while excess > 0 {
            let least = { (index: Int) in max(Self.least, columns[index].title.width) }
            let others = texts.filter { widths[$0] > least($0) }
            guard let widest = others.max(by: { widths[$0] < widths[$1] }) else { return false }
            widths[widest] -= 1
            excess -= 1
        }
        return true
    }

    private func total(_ shown: [Int], _ widths: [Int]) -> Int { shown.reduce(0) { $0 + Self.gap.count + widths[$1] } }

    private static let gap = "  "
    /// A column is not made narrower than this.
    private static let least = 8
    /// Where sentences below a row begin.
    private static let indent = 6
}
