/// The phases of a deployment, in order. The names are the same in code, journal, record and documentation.
package enum Phase: String, Sendable, Codable, CaseIterable, Comparable {
    case claim, check, login, room, pull, before, up, health, after, settle, rollback

    package static func < (one: Phase, other: Phase) -> Bool { one.place < other.place }

    private var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// The table of all phases.
extension Phase {
    /// The rule for one phase.
    package struct Rule: Sendable {
        /// How long the phase takes if everything in it uses up its time limit. A phase that takes longer is stuck.
        package let limit: Duration
        /// Whether the phase may change the running app.
        package let touchesApp: Bool
        /// What happens if the phase fails.
        package let failure: OnFailure
        /// What happens to the deployment if the agent ends in the phase.
        package let crash: OnCrash
    }

    package enum OnFailure: Sendable {
        /// The deployment ends with this verdict.
        case end(Verdict)
        /// Before the switch, the deployment fails and nothing has changed. After it, berth rolls the app back.
        case goBack
    }

    package enum OnCrash: Sendable {
        /// The app is unchanged: the deployment starts from the beginning if its drop has outlived the agent, and fails
        /// without it.
        case startAgain
        /// The images are on the host, and a step or the switch may have begun: the next agent continues here.
        case resume
    }

    package var rule: Rule {
        switch self {
        case .claim: Rule(limit: .minutes(20), touchesApp: false, failure: .end(.refused), crash: .startAgain)
        // An Engine that boots along with the host takes minutes, and so does each request to one that hardly answers.
        case .check: Rule(limit: .minutes(30), touchesApp: false, failure: .end(.refused), crash: .startAgain)
        case .login: Rule(limit: .minutes(5), touchesApp: false, failure: .end(.failed), crash: .startAgain)
        // Images are removed one by one; on a slow disk, each takes minutes.
        case .room: Rule(limit: .minutes(60), touchesApp: false, failure: .end(.failed), crash: .startAgain)
        // Each image has its own time; see `PullPlan.limit`.
        case .pull: Rule(limit: .minutes(100), touchesApp: false, failure: .end(.failed), crash: .startAgain)
        // Steps have their own limits; see `Steps`.
        case .before: Rule(limit: .minutes(70), touchesApp: false, failure: .end(.failed), crash: .resume)
        // The release can extend it; see `upLimit`.
        case .up: Rule(limit: .minutes(20), touchesApp: true, failure: .goBack, crash: .resume)
        // The gate ends it; its deadlines come from the release, see `HealthPolicy.limit`.
        case .health: Rule(limit: .minutes(24 * 60), touchesApp: true, failure: .goBack, crash: .resume)
        case .after: Rule(limit: .minutes(70), touchesApp: true, failure: .goBack, crash: .resume)
        // What follows the verdict removes only what the app does not need, so a failure does not affect the app.
        case .settle: Rule(limit: .minutes(60), touchesApp: true, failure: .end(.deployed), crash: .resume)
        case .rollback:
            Rule(limit: .minutes(24 * 60), touchesApp: true, failure: .end(.rollbackFailed), crash: .resume)
        }
    }
}

extension Duration {
    fileprivate static func minutes(_ count: Int) -> Duration { .seconds(count * 60) }
}
