import Testing

@testable import Deploy

@Suite struct OutcomeTests {
    static let flags = [false, true].flatMap { one in [false, true].map { (one, $0) } }

    @Test(arguments: Phase.allCases, flags)
    func everyPhaseAndEveryWay(phase: Phase, flags: (mayRollBack: Bool, hasWayBack: Bool)) {
        let consequence = Consequence(
            ofFailureIn: phase,
            mayRollBack: flags.mayRollBack,
            hasWayBack: flags.hasWayBack,
            isRollback: false
        )
        switch phase {
        case .claim, .check: #expect(consequence == .end(.refused))
        case .login, .room, .pull, .before: #expect(consequence == .end(.failed))
        case .up, .health, .after:
            #expect(consequence == (flags.mayRollBack && flags.hasWayBack ? .rollBack : .end(.unhealthy)))
        case .settle: #expect(consequence == .end(.deployed))
        case .rollback: #expect(consequence == .end(.rollbackFailed))
        }
    }

    @Test(arguments: Phase.allCases)
    func aRollbackIsNeverRolledBack(phase: Phase) {
        let consequence = Consequence(ofFailureIn: phase, mayRollBack: true, hasWayBack: true, isRollback: true)
        #expect(consequence != .rollBack)
        if phase.touchesApp, phase != .settle { #expect(consequence == .end(.rollbackFailed)) }
    }

    @Test(arguments: Phase.allCases)
    func onlyBeforeTheSwitchIsTheAppAsItWas(phase: Phase) {
        let consequence = Consequence(ofFailureIn: phase, mayRollBack: false, hasWayBack: false, isRollback: false)
        let isUntouched = consequence == .end(.refused) || consequence == .end(.failed)
        #expect(isUntouched != phase.touchesApp)
    }
}
