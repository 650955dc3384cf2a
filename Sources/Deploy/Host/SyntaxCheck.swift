/// Finds what the TOML library would end the process at (toml++ 3): a table's header that names no table, such as `[.a]` or
/// `[ü]` (`parse_table_header`), a time after a date that does not begin with two digits (`parse_time`, `parse_value`), and
/// an array with a brace or a Unicode separator of lines in the place of a value (`parse_array`).
///
/// The library says itself what is wrong with a header in which the key or the brackets end. A line of a string or of an
/// array that looks like a header is none.
struct SyntaxCheck {
    enum Fault {
        case header
        case time
        case brace
        case separator

        var problem: String {
            switch self {
            case .header: "the table's name must begin with a letter, a digit, _, - or a quotation mark"
            case .time: "a time must begin with two digits"
            case .brace: "an array ends with ], not with }"
            case .separator: "a line ends with a line feed, and with no other separator of lines"
            }
        }
    }

    private var rest: ArraySlice<UInt8>
    private var line = 1
    /// The opening brackets of the arrays and inline tables that are open.
    private var open: [UInt8] = []

    /// - Returns: the first fault, and its line; nil if there is none.
    static func fault(in text: String) -> (Fault, line: Int)? {
        let bytes = Array(text.utf8)
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        var check = SyntaxCheck(rest: bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...])
        return check.find().map { ($0, check.line) }
    }

    private init(rest: ArraySlice<UInt8>) { self.rest = rest }

    /// Ends at the line of the fault.
    private mutating func find() -> Fault? {
        var isStart = true
        while let byte = rest.first {
            switch byte {
            case UInt8(ascii: "\n"):
                line += 1
                isStart = open.isEmpty
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): break
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                if isStart, byte == UInt8(ascii: "[") {
                    guard namesTable(rest.dropFirst()) else { return .header }
                    skipLine()
                    continue
                }
                open.append(byte)
                isStart = false
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                if isInArray, byte == UInt8(ascii: "}") { return .brace }
                _ = open.popLast()
            case UInt8(ascii: "#"):
                skipLine()
                continue
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                skipString(byte)
                isStart = false
                continue
            default:
                if beginsBrokenTime || beginsLoneDigit { return .time }
                if isInArray, Self.separators.contains(where: rest.starts) { return .separator }
                isStart = false
            }
            rest = rest.dropFirst()
        }
        return nil
    }

    private var isInArray: Bool { open.last == UInt8(ascii: "[") }

    /// The separators of lines that are none in TOML: U+0085, U+2028 and U+2029.
    private static let separators: [[UInt8]] = [[0xC2, 0x85], [0xE2, 0x80, 0xA8], [0xE2, 0x80, 0xA9]]

    /// Whether a date is here, and after it a `T` and something that is no time though it has a colon.
    private var beginsBrokenTime: Bool {
        let form = Array("0000-00-00".utf8)
        let isDate =
            rest.count > form.count
            && zip(rest, form).allSatisfy { Self.isDigit($1) ? Self.isDigit($0) : $0 == $1 }
        let time = rest.dropFirst(form.count)
        guard isDate, let sign = time.first, "Tt".utf8.contains(sign) else { return false }
        let value = time.dropFirst().prefix { !Self.endsValue($0) }
        return value.contains(UInt8(ascii: ":")) && !Self.isDigit(value[value.startIndex])
    }

    /// Whether ten characters are here that the library takes for a date, and then a blank and a single digit, or a blank after
    /// more characters than it can go back (`parse_value`, `step_back`). It asks only that they begin with a digit, and that
    /// the fifth and the eighth are `-`. It does not count a `_` among the ten.
    private var beginsLoneDigit: Bool {
        guard let first = rest.first, Self.isDigit(first) else { return false }
        let isPart = { (byte: UInt8) in Self.isContinuation(byte) || byte == UInt8(ascii: "_") }
        var rest = rest
        for place in 0..<10 {
            guard let byte = rest.first, !Self.endsValue(byte) else { return false }
            guard place != 4 && place != 7 || byte == UInt8(ascii: "-") else { return false }
            rest = rest.dropFirst().drop(while: isPart)
        }
        guard rest.first == UInt8(ascii: " ") else { return false }
        let length = self.rest[..<rest.startIndex].count { !Self.isContinuation($0) }
        // It keeps 127 characters, of which it wants the blank, the digit and one more.
        guard length < 125 else { return true }
        let digit = rest.dropFirst()
        guard let one = digit.first, Self.isDigit(one) else { return false }
        return digit.dropFirst().first.map { !Self.isDigit($0) } ?? false
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// Whether the byte is not the first one of its character.
    private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

    private static func endsValue(_ byte: UInt8) -> Bool { " \t\r\n#,]}".utf8.contains(byte) }

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
