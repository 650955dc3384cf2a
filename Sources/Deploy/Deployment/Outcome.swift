// Pure: values in, values out.

/// What the end of a phase means for the drop.
package enum Consequence: Equatable, Sendable {
    case end(Verdict)
    case rollBack

    /// - Parameters:
    ///   - phase: the phase that failed.
    ///   - mayRollBack: whether the release and the drop allow it.
    ///   - hasWayBack: whether there is a release to go back to.
    ///   - isRollback: whether an older release was being put back, which is never itself rolled back.
    package init(ofFailureIn phase: Phase, mayRollBack: Bool, hasWayBack: Bool, isRollback: Bool) {
        switch phase {
        case .claim, .check: self = .end(.refused)
        case .login, .room, .pull, .before: self = .end(.failed)
        case .up, .health, .after:
            if isRollback {
                self = .end(.rollbackFailed)
            } else {
                self = mayRollBack && hasWayBack ? .rollBack : .end(.unhealthy)
            }
        case .rollback: self = .end(.rollbackFailed)
        // It removes what is not needed; that it fails changes nothing for the app.
        case .settle: self = .end(.deployed)
        }
    }
}

extension Phase {
    /// Whether the running app may have been changed once this phase has begun.
    package var touchesApp: Bool {
        switch self {
        case .claim, .check, .login, .room, .pull, .before: false
        case .up, .health, .after, .settle, .rollback: true
        }
    }
}
