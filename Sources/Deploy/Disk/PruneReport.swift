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
    package internal(set) var steps: [Step] = []
    package internal(set) var kept: [Kept] = []
    /// Nil where nothing was done, or it cannot be read.
    package internal(set) var after: Usage?

    /// What could not be removed.
    var failed: Set<Subject> { Set(steps.filter(\.hasFailed).map(\.removal.subject)) }
}
