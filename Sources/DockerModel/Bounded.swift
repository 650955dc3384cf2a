/// Numbers from outside are brought within bounds where they are read, so that no arithmetic on them can overflow: the
/// Engine, an image or a record on disk may hold any number.
extension Comparable {
    /// The value, or the nearest bound if it is outside.
    package func bounded(to bounds: ClosedRange<Self>) -> Self {
        min(max(self, bounds.lowerBound), bounds.upperBound)
    }
}

extension KeyedDecodingContainer<Name> {
    /// The whole number under a name, or the nearest bound if it is outside; nil if it is absent or `null`.
    package func number(_ name: Name, in bounds: ClosedRange<Int>) throws -> Int? {
        guard contains(name), try !decodeNil(forKey: name) else { return nil }
        if let number = try? decode(Int.self, forKey: name) { return number.bounded(to: bounds) }
        // It has more digits than 64 bits hold, or a fraction.
        let number = try decode(Double.self, forKey: name)
        return (Int(exactly: number.rounded()) ?? (number < 0 ? .min : .max)).bounded(to: bounds)
    }

    /// The exit code under a name; nil if it is absent or `null`.
    package func exitCode(_ name: Name) throws -> Int? {
        try number(name, in: Int(Int32.min)...Int(Int32.max))
    }

    /// The number of things under a name; nil if it is absent or `null`.
    package func count(_ name: Name) throws -> Int? {
        try number(name, in: 0...Int(Int32.max))
    }

    /// The bytes under a name, at most a pebibyte; nil if they are absent or `null`.
    package func bytes(_ name: Name) throws -> Int64? {
        try number(name, in: 0...1 << 50).map(Int64.init)
    }

    /// The bytes under a name, or nil if they are absent or -1, which means "not measured".
    package func measured(_ name: Name) throws -> Int64? {
        try number(name, in: -1...0) == -1 ? nil : bytes(name)
    }
}

extension Sequence<Int64> {
    /// The sum, or the nearest number that fits.
    package func sum() -> Int64 {
        reduce(0) { sum, number in
            let (result, isTooLarge) = sum.addingReportingOverflow(number)
            return isTooLarge ? (number < 0 ? .min : .max) : result
        }
    }
}

extension Duration {
    /// A day, which is also the longest time that berth waits for anything.
    package static let day = Duration.seconds(24 * 60 * 60)
}
