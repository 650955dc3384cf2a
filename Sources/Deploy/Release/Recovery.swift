// Pure: values in, values out.

/// What becomes of a deployment that an earlier agent left without a verdict.
package enum Recovery: Equatable, Sendable {
    /// It had not touched the app, and its credential is gone: it ends as failed.
    case fail(String)
    /// Its images are on the host and the switch may have begun: it goes on from there.
    case resume

    /// - Parameter phase: the phase under way when the record was last saved; nil where it still waited.
    package init(leftIn phase: Phase?) {
        guard let phase, phase.touchesApp else {
            let moment = phase.map { "during \($0)" } ?? "before its turn"
            self = .fail("the agent ended \(moment), and the app is as it was")
            return
        }
        self = .resume
    }
}
