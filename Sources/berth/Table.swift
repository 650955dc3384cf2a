/// Rows of cells, each column as wide as its widest cell.
struct Table: Equatable {
    struct Column: Equatable {
        var title = ""
        /// Numbers stand at the right and are never cut.
        var isNumber = false
    }

    var columns: [Column]
    var rows: [[String]]

    /// - Parameter width: what all columns must fit into; nil cuts nothing.
    func lines(fitting width: Int?) -> [String] {
        let hasTitles = columns.contains { !$0.title.isEmpty }
        let cells = ((hasTitles ? [columns.map(\.title)] : []) + rows).map { $0.map(\.inOneLine) }
        var widths = columns.indices.map { index in cells.map { $0[index].count }.max() ?? 0 }
        if let width { shrink(&widths, to: width) }
        return cells.map { row in line(row, widths) }
    }

    private func line(_ row: [String], _ widths: [Int]) -> String {
        let cells = columns.indices.map { index in
            let text = row[index].cut(to: widths[index])
            let space = String(repeating: " ", count: widths[index] - text.count)
            return columns[index].isNumber ? space + text : text + space
        }
        let line = Self.gap + cells.joined(separator: Self.gap)
        return String(line.reversed().drop { $0 == " " }.reversed())
    }

    /// Takes from the widest text column, again and again, until the line fits or nothing is left to take.
    private func shrink(_ widths: inout [Int], to width: Int) {
        let texts = columns.indices.filter { !columns[$0].isNumber }
        var excess = widths.reduce(0) { $0 + Self.gap.count + $1 } - width
        while excess > 0, let widest = texts.max(by: { widths[$0] < widths[$1] }), widths[widest] > Self.least {
            widths[widest] -= 1
            excess -= 1
        }
    }

    private static let gap = "  "
    /// A column is not made narrower than this.
    private static let least = 8
}

extension String {
    /// The text with `…` in its middle if it is longer than that: a name tells most at its ends.
    fileprivate func cut(to length: Int) -> String {
        guard count > length else { return self }
        let rest = length - 1
        return "\(prefix(rest - rest / 2))…\(suffix(rest / 2))"
    }
}
