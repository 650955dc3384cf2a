/// How one drop ended; every drop gets exactly one.
///
/// Only ``deployed`` is green. The raw values are the words of records, of the journal's `BERTH_VERDICT` and of the
/// documentation.
package enum Verdict: String, Sendable, Codable, CaseIterable {
    /// The release runs and passed the health gate.
    case deployed
    /// Not started: a bad drop, no `.env`, an app on hold, no room.
    case refused
    /// Ended before the switch; the app is as it was.
    case failed
    /// Not healthy; the last good release runs again.
    case rolledBack
    /// Switched and not healthy, with nothing to go back to, or rollback forbidden.
    case unhealthy
    /// Not healthy, and the way back failed too.
    case rollbackFailed
    /// A newer drop took its place while it waited.
    case superseded

    /// Whether the deployment has changed what runs.
    package var hasSwitched: Bool {
        switch self {
        case .deployed, .rolledBack, .unhealthy, .rollbackFailed: true
        case .refused, .failed, .superseded: false
        }
    }
}
