import Testing

@testable import Deploy

@Suite struct OutcomeTests {
    /// What the failure of a phase leads to: of a release that may be rolled back and can be, of one that may not or
    /// cannot, and of a rollback by hand, for which that makes no difference.
    static let table: [(phase: Phase, back: Consequence, noBack: Consequence, byHand: Consequence)] = [
        (.claim, .end(.refused), .end(.refused), .end(.refused)),
        (.check, .end(.refused), .end(.refused), .end(.refused)),
        (.login, .end(.failed), .end(.failed), .end(.failed)),
        (.room, .end(.failed), .end(.failed), .end(.failed)),
        (.pull, .end(.failed), .end(.failed), .end(.failed)),
        (.before, .end(.failed), .end(.failed), .end(.failed)),
        (.up, .rollBack, .end(.unhealthy), .end(.rollbackFailed)),
        (.health, .rollBack, .end(.unhealthy), .end(.rollbackFailed)),
        (.after, .rollBack, .end(.unhealthy), .end(.rollbackFailed)),
        (.settle, .end(.deployed), .end(.deployed), .end(.deployed)),
        (.rollback, .end(.rollbackFailed), .end(.rollbackFailed), .end(.rollbackFailed)),
    ]

    @Test func theTableIsWhole() {
        #expect(Self.table.map(\.phase) == Phase.allCases)
    }

    @Test(arguments: table)
    func everyPhase(phase: Phase, back: Consequence, noBack: Consequence, byHand: Consequence) {
        for (mayRollBack, hasWayBack) in [(true, true), (true, false), (false, true), (false, false)] {
            let expected = mayRollBack && hasWayBack ? back : noBack
            for (isRollback, expected) in [(false, expected), (true, byHand)] {
                let consequence = Consequence(
                    ofFailureIn: phase,
                    mayRollBack: mayRollBack,
                    hasWayBack: hasWayBack,
                    isRollback: isRollback
                )
                #expect(consequence == expected, "may \(mayRollBack), can \(hasWayBack), by hand \(isRollback)")
            }
        }
    }

    /// A verdict that says that the app is as it was is true.
    @Test(arguments: table)
    func onlyBeforeTheSwitchIsTheAppAsItWas(
        phase: Phase,
        back: Consequence,
        noBack: Consequence,
        byHand: Consequence
    ) {
        for consequence in [back, noBack, byHand] {
            let isUntouched = consequence == .end(.refused) || consequence == .end(.failed)
            #expect(isUntouched != phase.touchesApp)
        }
    }

    /// Whoever resumes after the switch may, and whoever gives up has not touched the app.
    @Test(arguments: Phase.allCases)
    func everyPhaseIsRecovered(phase: Phase) {
        switch Recovery(leftIn: phase) {
        case .resume: #expect(phase.touchesApp || phase == .before)
        case .fail(let reason):
            #expect(!phase.touchesApp && phase != .before)
            #expect(reason == "the agent ended during \(phase), and the app is as it was")
        }
    }

    @Test func aDropThatWaitedIsFailed() {
        #expect(Recovery(leftIn: nil) == .fail("the agent ended before its turn, and the app is as it was"))
    }
}
