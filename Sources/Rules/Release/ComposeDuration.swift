extension Duration {
    /// Parses a duration in Compose's format, such as `90s`, `1m30s`, `500ms` or `1h` (Compose reference, "Specifying
    /// durations"); nil if the text has another form or means more than a day.
    package init?(compose text: String) {
        let units: [String: Duration] = [
            "us": .microseconds(1), "ms": .milliseconds(1), "s": .seconds(1), "m": .seconds(60), "h": .seconds(3600),
        ]
        var rest = text[...]
        var sum = Duration.zero
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard digits.count <= 9, let count = Int(digits), let unit = units[String(unit)] else { return nil }
            sum += unit * count
        }
        guard sum <= .seconds(24 * 60 * 60) else { return nil }
        self = sum
    }
}
