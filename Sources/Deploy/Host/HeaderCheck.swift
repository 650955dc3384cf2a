/// Finds a table's header that names no table, such as `[.a]` or `[ü]`.
///
/// The TOML library ends the process at such a header, unless the key or the brackets end there too (toml++ 3,
/// `parse_table_header`). A line of a string or of an array that looks like one is none.
struct HeaderCheck {
    private var rest: ArraySlice<UInt8>
    private var line = 1
    /// How many arrays and inline tables are open.
    private var depth = 0

    /// - Returns: its line; nil if there is none.
    static func line(in text: String) -> Int? {
        let bytes = Array(text.utf8)
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        var check = HeaderCheck(rest: bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...])
        return check.find()
    }

    private init(rest: ArraySlice<UInt8>) { self.rest = rest }

    private mutating func find() -> Int? {
        var isStart = true
        while let byte = rest.first {
            switch byte {
            case UInt8(ascii: "\n"):
                line += 1
                isStart = depth == 0
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): break
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                if isStart, byte == UInt8(ascii: "[") {
                    guard namesTable(rest.dropFirst()) else { return line }
                    skipLine()
                    continue
                }
                depth += 1
                isStart = false
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
            case UInt8(ascii: "#"):
                skipLine()
                continue
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                skipString(byte)
                isStart = false
                continue
            default: isStart = false
            }
            rest = rest.dropFirst()
        }
        return nil
    }

    /// - Parameter header: what comes after its first bracket.
    private func namesTable(_ header: ArraySlice<UInt8>) -> Bool {
        let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var header = header.drop(while: isBlank)
        if header.first == UInt8(ascii: "[") { header = header.dropFirst().drop(while: isBlank) }
        // The library says itself what is wrong with an end.
        guard let first = header.first else { return true }
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        return letters ~= first | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= first
            || "_-\"']".utf8.contains(first)
    }

    private mutating func skipLine() { rest = rest.drop { $0 != UInt8(ascii: "\n") } }

    /// Skips a string, up to the end of the line if it is one of a line.
    private mutating func skipString(_ quote: UInt8) {
        let fence = [quote, quote, quote]
        let isLong = rest.starts(with: fence)
        rest = rest.dropFirst(isLong ? 3 : 1)
        while let byte = rest.first {
            if isLong ? rest.starts(with: fence) : byte == quote {
                rest = rest.dropFirst(isLong ? 3 : 1)
                // The text itself may end in one or two.
                for _ in 0..<2 where isLong && rest.first == quote { rest = rest.dropFirst() }
                return
            }
            if byte == UInt8(ascii: "\n") {
                guard isLong else { return }
                line += 1
            }
            let isEscape = byte == UInt8(ascii: "\\") && quote == UInt8(ascii: "\"")
            // An escaped line end is counted by its own turn.
            rest = rest.dropFirst(isEscape && rest.dropFirst().first != UInt8(ascii: "\n") ? 2 : 1)
        }
    }
}
