/// What to do with a deployment that an earlier agent left without a verdict.
package enum Recovery: Equatable, Sendable {
    case end(Verdict, Failure)
    /// It waits for its turn again.
    case wait
    /// The app is unchanged and the drop is there, so it starts from the beginning.
    case startAgain
    case resume(from: Phase)
    /// The agent has ended too often in this phase, which therefore counts as failed.
    case giveUp(Phase, Failure)
    /// The same, and the way back may be what ends the agent: the app is not touched any more.
    case leaveAlone(Phase, Failure)

    /// At this start of an agent without progress, a deployment is not resumed again.
    static let lastStart = 3

    /// - Parameters:
    ///   - phase: the phase in which the deployment was left; nil if it was still waiting.
    ///   - number: the deployment's own number.
    ///   - isKept: whether the drop, with its credential, has outlived the agent.
    ///   - lastSwitch: the number of the last deployment that changed what runs.
    ///   - starts: how many agents have started since the deployment began a new phase, this one included.
    package init(leftIn phase: Phase?, number: Int, isKept: Bool, lastSwitch: Int, starts: Int) {
        guard number > lastSwitch else {
            let problem = "the agent ended before the verdict, and #\(lastSwitch) has been deployed since"
            self = .end(.superseded, Failure(.superseded, "", problem, hint: nil))
            return
        }
        guard let phase, phase != .claim else {
            self = isKept ? .wait : .lost("before its turn")
            return
        }
        switch phase.rule.crash {
        case .resume: self = .resumed(phase, starts: starts)
        case .startAgain where !isKept: self = .lost("during \(phase)")
        case .startAgain: self = starts < Self.lastStart ? .startAgain : .end(.failed, .noProgress(in: phase))
        }
    }

    private static func resumed(_ phase: Phase, starts: Int) -> Self {
        if starts < lastStart { return .resume(from: phase) }
        // The way back may be what ends the agent.
        let mayGoBack = starts == lastStart && phase != .rollback
        return mayGoBack ? .giveUp(phase, .noProgress(in: phase)) : .leaveAlone(phase, .noProgress(in: phase))
    }

    private static func lost(_ place: String) -> Self {
        .end(.failed, Failure(.agentEnded, "", "the agent ended \(place); the app is unchanged", hint: "drop it again"))
    }
}

extension Failure {
    fileprivate static func noProgress(in phase: Phase) -> Failure {
        Failure(
            .noProgress,
            "the agent",
            "ended \(Recovery.lastStart) times during \(phase), and the deployment made no progress",
            hint: "read the journal from before its starts (journalctl -u berth -p err)"
        )
    }
}
