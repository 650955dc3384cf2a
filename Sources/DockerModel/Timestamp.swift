/// A moment in UTC to the nanosecond, as the Engine writes it (RFC 3339).
///
/// Two moments of the Engine can be compared and subtracted; a moment of the Engine and one of another clock only
/// roughly.
package struct Timestamp: Hashable, Comparable, Sendable {
    /// Nanoseconds since 1970-01-01T00:00:00Z; the years 1678 to 2261 fit wholly.
    package let nanoseconds: Int64

    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// Counts from 1970; a moment that does not fit becomes the last or the first one.
    package init(seconds: Int64, nanoseconds: Int64 = 0) {
        self = Self(nanoseconds: 0) + (.seconds(seconds) + .nanoseconds(nanoseconds))
    }

    /// Parses `2024-05-01T10:00:00.123456789Z`, with any number of fraction digits and any numeric offset.
    ///
    /// Nil if the text has another form or the year does not fit. That includes Go's zero time,
    /// `0001-01-01T00:00:00Z`, which the Engine uses for "never".
    package init?(_ text: some StringProtocol) {
        var scanner = Scanner(text.utf8)
        guard let year = scanner.number(4), scanner.skip("-"), let month = scanner.number(2), scanner.skip("-"),
            let day = scanner.number(2), scanner.skip("T") || scanner.skip("t"),
            let hour = scanner.number(2), scanner.skip(":"), let minute = scanner.number(2), scanner.skip(":"),
            let second = scanner.number(2), let fraction = scanner.fraction(), let offset = scanner.offset(),
            scanner.isAtEnd, 1677...2262 ~= year, 1...12 ~= month, 1...31 ~= day, hour < 24, minute < 60, second <= 60
        else { return nil }
        let days = Self.days(year: year, month: month, day: day)
        // Of the first and the last year only a part fits; a moment in the other part becomes the first or the last one.
        self.init(seconds: days * 86_400 + hour * 3_600 + minute * 60 + second - offset, nanoseconds: fraction)
    }

    package static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

    package static func + (moment: Self, time: Duration) -> Self {
        // No value from the Engine or an image may crash the process, so an overflow gives the last or first moment.
        let (seconds, attoseconds) = time.components
        let (scaled, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let fraction = attoseconds / 1_000_000_000
        let (sum, isTooLate) = moment.nanoseconds.addingReportingOverflow(scaled)
        let (result, isOver) = sum.addingReportingOverflow(fraction)
        guard isTooLong || isTooLate || isOver else { return Self(nanoseconds: result) }
        return Self(nanoseconds: time < .zero ? .min : .max)
    }

    package static func - (left: Self, right: Self) -> Duration {
        // Two moments can be further apart than 64 bits of nanoseconds hold.
        .nanoseconds(left.nanoseconds) - .nanoseconds(right.nanoseconds)
    }

    /// Days since 1970-01-01 of a date in the proleptic Gregorian calendar.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        // A year that begins in March ends with the leap day, so months need no table.
        let year = month <= 2 ? year - 1 : year
        let yearDay = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + yearDay - 719_468
    }

    private static func date(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        var year = (days + 719_468) * 400 / 146_097
        while Self.days(year: year, month: 3, day: 1) > days { year -= 1 }
        while Self.days(year: year + 1, month: 3, day: 1) <= days { year += 1 }
        let yearDay = days - Self.days(year: year, month: 3, day: 1)
        let month = (5 * yearDay + 2) / 153
        let day = yearDay - (153 * month + 2) / 5 + 1
        return (month < 10 ? year : year + 1, month < 10 ? month + 3 : month - 9, day)
    }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC; the fraction has nine digits, or is absent if it is zero.
    package var description: String {
        let (seconds, fraction) = nanoseconds.flooredDivision(by: 1_000_000_000)
        return fraction == 0 ? "\(Self.text(seconds))Z" : "\(Self.text(seconds)).\(fraction.padded(9))Z"
    }

    /// Date and time without a fraction.
    private static func text(_ seconds: Int64) -> String {
        let (days, second) = seconds.flooredDivision(by: 86_400)
        let (year, month, day) = date(days: days)
        let date = "\(year)-\(month.padded(2))-\(day.padded(2))"
        let time = "\((second / 3_600).padded(2)):\((second / 60 % 60).padded(2)):\((second % 60).padded(2))"
        return "\(date)T\(time)"
    }

    /// RFC 3339 in UTC, always with three fraction digits; finer digits are cut off.
    package var inMilliseconds: String {
        let (seconds, fraction) = nanoseconds.flooredDivision(by: 1_000_000_000)
        return "\(Self.text(seconds)).\((fraction / 1_000_000).padded(3))Z"
    }

    /// Seconds and nanoseconds since 1970, as the Engine's `since` and `until` take them: `1714557600.123456789`.
    package var unixTime: String {
        let (seconds, fraction) = nanoseconds.flooredDivision(by: 1_000_000_000)
        return "\(seconds).\(fraction.padded(9))"
    }
}

extension Timestamp: TextCoded {
    package init?(coded text: String) { self.init(text) }

    package var coded: String { inMilliseconds }
}

/// Parses a date from the front of its text.
private struct Scanner<Text: Collection<UInt8>> {
    private var rest: Text.SubSequence

    init(_ text: Text) {
        rest = text[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: scalar) else { return false }
        rest = rest.dropFirst()
        return true
    }

    mutating func digit() -> Int64? {
        guard let byte = rest.first, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
        rest = rest.dropFirst()
        return Int64(byte - UInt8(ascii: "0"))
    }

    mutating func number(_ digits: Int) -> Int64? {
        var value: Int64 = 0
        for _ in 0..<digits {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// The nanoseconds of an optional fraction; finer digits are dropped.
    mutating func fraction() -> Int64? {
        guard skip(".") else { return 0 }
        guard var value = digit() else { return nil }
        var unit: Int64 = 100_000_000
        value *= unit
        while let digit = digit() {
            unit /= 10
            value += digit * unit
        }
        return value
    }

    /// The seconds by which local time is ahead of UTC.
    mutating func offset() -> Int64? {
        if skip("Z") || skip("z") { return 0 }
        let sign: Int64
        if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
        guard let hours = number(2), skip(":"), let minutes = number(2), hours < 24, minutes < 60 else { return nil }
        return sign * (hours * 3_600 + minutes * 60)
    }
}

extension Int64 {
    fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    fileprivate func padded(_ width: Int) -> String {
        let digits = String(self)
        return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
    }
}
