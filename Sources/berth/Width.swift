extension String {
    /// How many columns of a terminal the text takes.
    var width: Int { reduce(0) { $0 + $1.width } }

    /// The text with `…` in its middle if it is wider than that: a name tells most at its ends.
    func cut(to width: Int) -> String {
        guard self.width > width else { return self }
        guard width > 0 else { return "" }
        let rest = width - 1
        return fitting(rest - rest / 2) + "…" + String(String(reversed()).fitting(rest / 2).reversed())
    }

    /// The text with `…` at its end if it is wider than that.
    func cutAtEnd(to width: Int) -> String {
        self.width > width ? fitting(max(0, width - 1)) + (width > 0 ? "…" : "") : self
    }

    /// The text in lines of that width at most, broken at blanks; a longer word is broken too.
    ///
    /// - Parameter indent: how many blanks stand before each.
    func wrapped(to width: Int, indent: Int = 0) -> [String] {
        let (margin, width) = (String(repeating: " ", count: indent), max(width, 2))
        guard self.width > width else { return isEmpty ? [] : [margin + self] }
        var lines: [String] = []
        var line = ""
        for word in split(separator: " ").map(String.init) {
            if !line.isEmpty, line.width + 1 + word.width > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
            while line.width > width {
                let part = line.fitting(width)
                lines.append(part)
                line = String(line.dropFirst(part.count))
            }
        }
        return (line.isEmpty ? lines : lines + [line]).map { margin + $0 }
    }
}

extension String {
    /// The first characters, as many as fit.
    fileprivate func fitting(_ width: Int) -> String {
        var rest = width
        return String(
            prefix { character in
                rest -= character.width
                return rest >= 0
            }
        )
    }
}

extension Character {
    /// 0, 1 or 2 columns. A combining mark is a part of its character.
    fileprivate var width: Int {
        guard let first = unicodeScalars.first else { return 0 }
        if first.isASCII { return 1 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return Self.wide.contains { $0.contains(first.value) } ? 2 : 1
        }
    }

    /// The blocks whose characters are wide (Unicode, East Asian Width W and F).
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
        0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
        0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
    ]
}
