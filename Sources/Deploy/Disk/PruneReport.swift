/// What a prune found, did and left.
package struct PruneReport: Sendable {
    package enum Outcome: Equatable, Sendable {
        /// It would be removed; nothing was done.
        case planned
        case removed
        /// Why not.
        case failed(String)
    }

    package struct Step: Equatable, Sendable {
        package let removal: Removal
        package let outcome: Outcome

        package var hasFailed: Bool {
            if case .failed = outcome { true } else { false }
        }
    }

    /// Nil where it cannot be read.
    package let before: Usage?
    /// In the order in which they were done.
    package private(set) var steps: [Step] = []
    package private(set) var kept: [Kept] = []
    /// Nil where nothing was done, or it cannot be read.
    package internal(set) var after: Usage?

    init(before: Usage?, steps: [Step] = [], kept: [Kept] = [], after: Usage?) {
        self.before = before
        self.steps = steps
        self.kept = kept
        self.after = after
    }

    /// Whether everything was done that was to be done.
    package var isComplete: Bool {
        let isCutShort = kept.contains { $0.reason == .noTimeLeft || $0.reason == .usageUnknown }
        return before != nil && !isCutShort && !steps.contains(where: \.hasFailed)
    }

    /// Adds what was done.
    mutating func add(_ step: Step) {
        kept.removeAll { $0.subject == step.removal.subject }
        steps.append(step)
    }

    /// Says why something stays that might have gone.
    mutating func keep(_ removal: Removal, _ reason: Kept.Reason) {
        kept.removeAll { $0.subject == removal.subject }
        kept.append(Kept(subject: removal.subject, reason: reason, size: removal.size))
    }
}
