extension Duration {
    /// Parses a duration as Go and Compose write it, such as `90s`, `1m30s`, `1.5h` or `1h0m0.5s`; nil for any other text.
    /// Of one of more than a day, only that is sure.
    package init?(go text: String) {
        let units: [String: Duration] = [
            "ns": .nanoseconds(1), "us": .microseconds(1), "µs": .microseconds(1), "μs": .microseconds(1),
            "ms": .milliseconds(1), "s": .seconds(1), "m": .seconds(60), "h": .seconds(3600),
        ]
        var rest = text[...]
        var sum = Duration.zero
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let whole = rest.prefix(while: \.isDigit)
            rest = rest.dropFirst(whole.count)
            let fraction = rest.first == "." ? rest.dropFirst().prefix(while: \.isDigit) : nil
            rest = rest.dropFirst(fraction.map { $0.count + 1 } ?? 0)
            let name = rest.prefix(while: \.isLetter)
            rest = rest.dropFirst(name.count)
            guard whole.count + (fraction?.count ?? 0) > 0, let unit = units[String(name)] else { return nil }
            // No number with more digits fits; in nanoseconds, it is more than a day too.
            sum += unit * (whole.count > 15 ? 1_000_000_000_000_000 : Int(whole) ?? 0)
            var part = unit
            for digit in fraction ?? "" {
                part /= 10
                sum += part * (digit.wholeNumberValue ?? 0)
            }
            sum = min(sum, .day * 2)
        }
        self = sum
    }
}

extension Character {
    fileprivate var isDigit: Bool { isASCII && isWholeNumber }
}
