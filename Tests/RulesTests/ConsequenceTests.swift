import Testing

@testable import Rules

@Suite struct ConsequenceTests {
    /// What a phase's failure leads to once the switch may have begun: for a release that may and can be rolled back,
    /// for one that may not or cannot, and for a rollback by hand, for which that makes no difference.
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
                    of: .engineFailed,
                    in: phase,
                    hasSwitched: phase.rule.touchesApp,
                    mayRollBack: mayRollBack,
                    hasWayBack: hasWayBack,
                    isRollback: isRollback
                )
                #expect(consequence == expected, "may \(mayRollBack), can \(hasWayBack), by hand \(isRollback)")
            }
        }
    }

    /// A phase that fails before the switch has changed nothing.
    @Test(arguments: table)
    func beforeTheSwitchNothingIsRolledBack(
        phase: Phase,
        back: Consequence,
        noBack: Consequence,
        byHand: Consequence
    ) {
        let canGoBack = back == .rollBack
        for (mayRollBack, hasWayBack, isRollback) in [(true, true, false), (false, false, false), (true, true, true)] {
            let consequence = Consequence(
                of: .engineUnreachable,
                in: phase,
                hasSwitched: false,
                mayRollBack: mayRollBack,
                hasWayBack: hasWayBack,
                isRollback: isRollback
            )
            let expected = isRollback ? byHand : noBack
            #expect(consequence == (canGoBack ? .end(.failed) : expected))
        }
    }

    /// If berth decides against a drop, nothing has failed.
    @Test(arguments: Cause.allCases)
    func onlyADecisionOfBerthsOwnIsARefusal(cause: Cause) {
        for phase in Phase.allCases where phase < .up {
            let consequence = Consequence(
                of: cause,
                in: phase,
                hasSwitched: false,
                mayRollBack: true,
                hasWayBack: true,
                isRollback: false
            )
            let isRefusal = cause == .noRoom || cause == .knownBad || phase <= .check
            #expect(consequence == (isRefusal ? .end(.refused) : .end(.failed)), "\(phase)")
        }
    }

    /// A verdict that says that the app is unchanged is true.
    @Test(arguments: table)
    func onlyBeforeTheSwitchIsTheAppAsItWas(
        phase: Phase,
        back: Consequence,
        noBack: Consequence,
        byHand: Consequence
    ) {
        for consequence in [back, noBack, byHand] {
            let isUntouched = consequence == .end(.refused) || consequence == .end(.failed)
            #expect(isUntouched != phase.rule.touchesApp)
        }
    }
}

@Suite struct RecoveryTests {
    /// A phase that touches the app is resumed, and a phase that is given up has not touched it.
    @Test(arguments: Phase.allCases)
    func everyPhaseIsRecovered(phase: Phase) {
        switch Recovery(leftIn: phase, number: 3, lastSwitch: 2, starts: 1) {
        case .resume(let place):
            #expect(phase.rule.touchesApp || phase == .before)
            #expect(place == phase)
        case .end(let verdict, let failure):
            #expect(!phase.rule.touchesApp && phase != .before)
            #expect(verdict == .failed && failure.cause == .agentEnded)
            #expect(failure.sentence == "the agent ended during \(phase); the app is unchanged")
            #expect(failure.hint == "drop it again")
        case let other: Issue.record("\(other)")
        }
    }

    /// The third start of an agent without progress gives the phase up; a rollback, and a fourth start, only end.
    @Test(arguments: Phase.allCases.filter { $0.rule.crash == .resume }, 1...5)
    func noDeploymentIsResumedForEver(phase: Phase, starts: Int) {
        switch Recovery(leftIn: phase, number: 3, lastSwitch: 2, starts: starts) {
        case .resume: #expect(starts < 3)
        case .giveUp(let place, let failure):
            #expect(starts == 3 && phase != .rollback && place == phase)
            #expect(failure.cause == .noProgress)
            #expect(failure.sentence == "the agent ended 3 times during \(phase), and the deployment made no progress")
        case .leaveAlone(let place, let failure):
            #expect(starts > 3 || (starts == 3 && phase == .rollback))
            #expect(place == phase && failure.cause == .noProgress)
        case .end: Issue.record("ended")
        }
    }

    @Test func aDropThatWaitedIsFailed() {
        let problem = "the agent ended before its turn; the app is unchanged"
        let failure = Failure(.agentEnded, "", problem, hint: "drop it again")
        #expect(Recovery(leftIn: nil, number: 1, lastSwitch: 0, starts: 1) == .end(.failed, failure))
    }

    /// A deployment does not replace a newer one.
    @Test(arguments: [nil] + Phase.allCases.map(Optional.some), [3, 4, 9])
    func whatWasOvertakenIsSuperseded(phase: Phase?, lastSwitch: Int) {
        let problem = "the agent ended before the verdict, and #\(lastSwitch) has been deployed since"
        let failure = Failure(.superseded, "", problem, hint: nil)
        #expect(Recovery(leftIn: phase, number: 3, lastSwitch: lastSwitch, starts: 9) == .end(.superseded, failure))
    }
}
