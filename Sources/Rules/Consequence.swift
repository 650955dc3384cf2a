/// What a failure means for the drop.
package enum Consequence: Equatable, Sendable {
    case end(Verdict)
    case rollBack

    /// - Parameters:
    ///   - cause: why the phase failed.
    ///   - phase: the phase that failed.
    ///   - hasSwitched: whether the switch has begun and may have changed the app.
    ///   - mayRollBack: whether the release and the drop allow a rollback.
    ///   - hasWayBack: whether the app has a release to go back to.
    ///   - isRollback: whether the deployment is itself a rollback, which is never rolled back.
    package init(
        of cause: Cause,
        in phase: Phase,
        hasSwitched: Bool,
        mayRollBack: Bool,
        hasWayBack: Bool,
        isRollback: Bool
    ) {
        switch phase.rule.failure {
        case .end(.failed) where cause.isRefusal: self = .end(.refused)
        case .end(let verdict): self = .end(verdict)
        case .goBack where !hasSwitched: self = .end(.failed)
        case .goBack where isRollback: self = .end(.rollbackFailed)
        case .goBack: self = mayRollBack && hasWayBack ? .rollBack : .end(.unhealthy)
        }
    }
}
