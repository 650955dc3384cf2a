// Pure: values in, values out.

/// What the end of a phase means for the drop, and what becomes of a deployment that an agent left behind.
extension Phase {
    /// The verdict where the phase fails. Up to the switch the app is as it was; from then on it is not.
    package var verdictOfFailure: Verdict {
        switch self {
        case .claim, .check: .refused
        case .login, .room, .pull, .before: .failed
        case .up, .health, .after, .settle, .rollback: .unhealthy
        }
    }

    /// Whether the running app may have been changed once this phase has begun.
    package var touchesApp: Bool {
        switch self {
        case .claim, .check, .login, .room, .pull, .before: false
        case .up, .health, .after, .settle, .rollback: true
        }
    }
}
