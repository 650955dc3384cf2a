/// What to do with a deployment that an earlier agent left without a verdict.
package enum Recovery: Equatable, Sendable {
    case end(Verdict, Failure)
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
    ///   - lastSwitch: the number of the last deployment that changed what runs.
    ///   - starts: how many agents have started since the deployment began a new phase, this one included.
    package init(leftIn phase: Phase?, number: Int, lastSwitch: Int, starts: Int) {
        guard number > lastSwitch else {
            let problem = "the agent ended before the verdict, and #\(lastSwitch) has been deployed since"
            self = .end(.superseded, Failure(.superseded, "", problem, hint: nil))
            return
        }
        if let phase, phase.rule.crash == .resume {
            let failure = Failure(
                .noProgress,
                "the agent",
                "ended \(Self.lastStart) times during \(phase), and the deployment made no progress",
                hint: "read the journal from before its starts (journalctl -u berth -p err)"
            )
            self =
                if starts < Self.lastStart {
                    .resume(from: phase)
                } else if starts == Self.lastStart, phase != .rollback {
                    .giveUp(phase, failure)
                } else {
                    .leaveAlone(phase, failure)
                }
            return
        }
        let place = phase.map { "during \($0)" } ?? "before its turn"
        let problem = "the agent ended \(place); the app is unchanged"
        self = .end(.failed, Failure(.agentEnded, "", problem, hint: "drop it again"))
    }
}
