/// The phases of a deployment, in the order in which they run. The names are the same in code, journal, record and
/// documentation.
package enum Phase: String, Sendable, Codable, CaseIterable, Comparable {
    case claim, check, login, room, pull, before, up, health, after, settle, rollback

    package static func < (one: Phase, other: Phase) -> Bool { one.place < other.place }

    private var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// The one table of phases.
extension Phase {
    /// What holds for one phase.
    package struct Rule: Sendable {
        /// How long the phase can take if everything in it uses up its own time limit. A phase that takes longer is stuck.
        package let limit: Duration
        /// Whether the running app may have changed once the phase has begun.
        package let touchesApp: Bool
        /// What a failure in the phase leads to.
        package let failure: OnFailure
        /// What becomes of a deployment whose agent ended in the phase.
        package let crash: OnCrash
    }

    package enum OnFailure: Sendable {
        /// The deployment ends in this verdict.
        case end(Verdict)
        /// Once the switch has begun, the app goes back; before it, nothing has changed, and the deployment has failed.
        case goBack
    }

    package enum OnCrash: Sendable {
        /// The app is as it was, and the credential is gone.
        case fail
        /// The images are on the host, and a step or the switch may have begun: the next agent goes on from here.
        case resume
    }

    package var rule: Rule {
        switch self {
        case .claim: Rule(limit: .minutes(20), touchesApp: false, failure: .end(.refused), crash: .fail)
        case .check: Rule(limit: .minutes(5), touchesApp: false, failure: .end(.refused), crash: .fail)
        case .login: Rule(limit: .minutes(5), touchesApp: false, failure: .end(.failed), crash: .fail)
        // Images go one by one, on a slow disk for minutes each.
        case .room: Rule(limit: .minutes(60), touchesApp: false, failure: .end(.failed), crash: .fail)
        // A pull waits for a prune, and a prune for what it removes last.
        case .pull: Rule(limit: .minutes(100), touchesApp: false, failure: .end(.failed), crash: .fail)
        // Steps have limits of their own; see `Steps`.
        case .before: Rule(limit: .minutes(70), touchesApp: false, failure: .end(.failed), crash: .resume)
        case .up: Rule(limit: .minutes(20), touchesApp: true, failure: .goBack, crash: .resume)
        // The gate ends it, whose deadlines come from the app's own healthchecks.
        case .health: Rule(limit: .minutes(24 * 60), touchesApp: true, failure: .goBack, crash: .resume)
        case .after: Rule(limit: .minutes(70), touchesApp: true, failure: .goBack, crash: .resume)
        // It removes what the app does not need: a failure changes nothing for the app.
        case .settle: Rule(limit: .minutes(60), touchesApp: true, failure: .end(.deployed), crash: .resume)
        case .rollback:
            Rule(limit: .minutes(24 * 60), touchesApp: true, failure: .end(.rollbackFailed), crash: .resume)
        }
    }
}

extension Duration {
    fileprivate static func minutes(_ count: Int) -> Duration { .seconds(count * 60) }
}
