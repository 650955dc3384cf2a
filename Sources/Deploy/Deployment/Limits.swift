import Docker
import DockerModel
import Linux
import Rules

extension Phase {
    /// How long a phase can take when everything in it uses up its own time limit; one that takes longer is stuck.
    ///
    /// `health` is bounded by the gate, whose deadlines come from the app's own healthchecks.
    package var limit: Duration {
        switch self {
        case .claim: .seconds(20 * 60)
        case .check, .login: .seconds(5 * 60)
        // Images go one by one, on a slow disk for minutes each.
        case .room, .settle: .seconds(60 * 60)
        // A pull waits for a prune, and a prune for what it removes last.
        case .pull: .seconds(100 * 60)
        case .before, .after: .seconds(70 * 60)
        case .up: .seconds(20 * 60)
        case .health: .seconds(24 * 60 * 60)
        case .rollback: .seconds(24 * 60 * 60)
        }
    }
}
