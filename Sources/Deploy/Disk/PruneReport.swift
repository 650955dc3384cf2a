/// What a prune found, did and left.
package struct PruneReport: Sendable {
    package enum Outcome: Equatable, Sendable {
        /// It would be removed; nothing was done.
        case planned
        case removed
        /// Why not.
        case refused(String)
    }

    package struct Step: Equatable, Sendable {
        package let removal: Removal
        package let outcome: Outcome
    }

    package let before: Usage
    /// In the order in which they were done.
    package var removals: [Step] = []
    package var kept: [Kept] = []
    /// Nil where nothing was done.
    package var after: Usage?

    /// What could not be removed.
    var failed: Set<Subject> {
        Set(removals.filter { $0.outcome != .removed }.map(\.removal.subject))
    }
}

extension Subject: CustomStringConvertible {
    package var description: String {
        switch self {
        case .image(let id, let names):
            names.isEmpty
                ? "image \(id)" : "image \(names.joined(separator: ", ")) (\(id.prefix("sha256:".count + 12)))"
        case .buildCache(let entries): "build cache, \(entries.count == 1 ? "1 entry" : "\(entries.count) entries")"
        case .volume(let name): "volume \(name)"
        }
    }
}

extension Int64 {
    /// Bytes as a person reads them: `12.3 MB`, in powers of ten as docker counts.
    package var inUnits: String {
        var value = Double(self)
        var units = ["B", "kB", "MB", "GB", "TB"][...]
        while value >= 1000, units.count > 1 {
            value /= 1000
            units.removeFirst()
        }
        let digits = value < 100 && units.first != "B" ? (value * 10).rounded() / 10 : value.rounded()
        let text = digits == digits.rounded() ? "\(Int64(digits))" : "\(digits)"
        return "\(text) \(units.first ?? "")"
    }
}
