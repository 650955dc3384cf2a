/// How a drop ended; every drop gets exactly one verdict.
///
/// Only ``deployed`` is a success. Records, the journal's `BERTH_VERDICT` and the documentation use the raw values.
package enum Verdict: String, Sendable, Codable, CaseIterable {
    /// The release runs and passed the health gate.
    case deployed
    /// Not started: for example a bad drop, no `.env`, or no room.
    case refused
    /// Ended before the switch; the app is as it was.
    case failed
    /// Not healthy; the last good release runs again.
    case rolledBack
    /// Switched and not healthy, but no release to go back to, or rollback forbidden.
    case unhealthy
    /// Not healthy, and the rollback failed too.
    case rollbackFailed
    /// A newer drop replaced it while it waited.
    case superseded

    /// Whether the deployment changed what runs.
    package var hasSwitched: Bool {
        switch self {
        case .deployed, .rolledBack, .unhealthy, .rollbackFailed: true
        case .refused, .failed, .superseded: false
        }
    }
}
