/// What to do with a deployment that an earlier agent left without a verdict.
package enum Recovery: Equatable, Sendable {
    case end(Verdict, Failure)
    case resume(from: Phase)

    /// - Parameters:
    ///   - phase: the phase in which the deployment was left; nil if it was still waiting.
    ///   - number: the deployment's own number.
    ///   - lastSwitch: the number of the last deployment that changed what runs.
    package init(leftIn phase: Phase?, number: Int, lastSwitch: Int) {
        guard number > lastSwitch else {
            let problem = "the agent ended before the verdict, and #\(lastSwitch) has been deployed since"
            self = .end(.superseded, Failure(.superseded, "", problem, hint: nil))
            return
        }
        if let phase, phase.rule.crash == .resume {
            self = .resume(from: phase)
            return
        }
        let place = phase.map { "during \($0)" } ?? "before its turn"
        let problem = "the agent ended \(place); the app is unchanged"
        self = .end(.failed, Failure(.agentEnded, "", problem, hint: "drop it again"))
    }
}
