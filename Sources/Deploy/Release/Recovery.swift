// Pure: values in, values out.

/// What becomes of a deployment that an earlier agent left without a verdict.
package enum Recovery: Equatable, Sendable {
    /// It had not touched the app, and its credential is gone: it ends as failed.
    case fail(String)
    /// Its images are on the host, and a step or the switch may have begun: it goes on from there.
    case resume

    /// - Parameter phase: the phase under way when the record was last saved; nil where it still waited.
    package init(leftIn phase: Phase?) {
        switch phase {
        case nil: self = .fail("the agent ended before its turn, and the app is as it was")
        case .claim, .check, .login, .room, .pull:
            self = .fail("the agent ended during \(phase?.rawValue ?? ""), and the app is as it was")
        case .before, .up, .health, .after, .settle, .rollback: self = .resume
        }
    }
}
