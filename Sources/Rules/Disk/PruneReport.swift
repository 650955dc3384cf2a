/// What a prune found, did and left.
package struct PruneReport: Sendable {
    package enum Outcome: Equatable, Sendable {
        /// A prune would remove it; nothing was done.
        case planned
        case removed
        /// The removal failed, for this reason.
        case failed(String)
    }

    package struct Step: Equatable, Sendable {
        package let removal: Removal
        package let outcome: Outcome

        package init(removal: Removal, outcome: Outcome) {
            self.removal = removal
            self.outcome = outcome
        }

        package var hasFailed: Bool {
            if case .failed = outcome { true } else { false }
        }
    }

    /// Nil if it cannot be read.
    package let before: Usage?
    /// In order of execution.
    package private(set) var steps: [Step] = []
    /// Nil if nothing was done, or if it cannot be read.
    package var after: Usage?
    /// What stays, and its place in the list.
    private var places: [Subject: (index: Int, kept: Kept)] = [:]

    package init(before: Usage?, steps: [Step] = [], kept: [Kept] = [], after: Usage?) {
        self.before = before
        self.steps = steps
        self.after = after
        for kept in kept { keep(kept) }
    }

    package var kept: [Kept] {
        places.values.sorted { $0.index < $1.index }.map(\.kept)
    }

    /// Whether everything that the plan asked for was done.
    package var isComplete: Bool {
        let isCutShort = places.values.contains { $0.kept.reason == .noTimeLeft || $0.kept.reason == .usageUnknown }
        return before != nil && !isCutShort && !steps.contains(where: \.hasFailed)
    }

    /// Adds what was done.
    package mutating func add(_ step: Step) {
        places[step.removal.subject] = nil
        steps.append(step)
    }

    /// Notes why something stays that could have been removed.
    package mutating func keep(_ removal: Removal, _ reason: Kept.Reason) {
        keep(Kept(subject: removal.subject, reason: reason, size: removal.size))
    }

    private mutating func keep(_ kept: Kept) {
        // No place is given twice, because a removal leaves a gap.
        places[kept.subject] = (places[kept.subject]?.index ?? places.count + steps.count, kept)
    }
}
