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
    /// What becomes of a deployment that was left in the phase, without its drop and with it: after one agent, after three, and
    /// after a fourth.
    static let table: [(phase: Phase?, without: [String], with: [String])] = [
        (nil, ["failed", "failed", "failed"], ["wait", "wait", "wait"]),
        (.claim, ["failed", "failed", "failed"], ["wait", "wait", "wait"]),
        (.check, ["failed", "failed", "failed"], ["again", "failed", "failed"]),
        (.login, ["failed", "failed", "failed"], ["again", "failed", "failed"]),
        (.room, ["failed", "failed", "failed"], ["again", "failed", "failed"]),
        (.pull, ["failed", "failed", "failed"], ["again", "failed", "failed"]),
        (.before, ["resume", "give up", "leave"], ["resume", "give up", "leave"]),
        (.up, ["resume", "give up", "leave"], ["resume", "give up", "leave"]),
        (.health, ["resume", "give up", "leave"], ["resume", "give up", "leave"]),
        (.after, ["resume", "give up", "leave"], ["resume", "give up", "leave"]),
        (.settle, ["resume", "give up", "leave"], ["resume", "give up", "leave"]),
        (.rollback, ["resume", "leave", "leave"], ["resume", "leave", "leave"]),
    ]

    @Test func theTableIsWhole() {
        #expect(Self.table.compactMap(\.phase) == Phase.allCases)
    }

    @Test(arguments: table)
    func everyPhaseIsRecovered(phase: Phase?, without: [String], with: [String]) {
        for (isKept, expected) in [(false, without), (true, with)] {
            let found = [1, 3, 4].map { starts in
                Recovery(leftIn: phase, number: 3, isKept: isKept, lastSwitch: 2, starts: starts)
            }
            #expect(found.map { $0.word(of: phase) } == expected)
        }
    }

    /// Two agents may end in a phase.
    @Test(arguments: Phase.allCases.filter { $0 != .claim })
    func thatOneAgentEndedDecidesNothing(phase: Phase) {
        let recoveries = [1, 2].map { starts in
            Recovery(leftIn: phase, number: 3, isKept: true, lastSwitch: 2, starts: starts)
        }
        #expect(recoveries[0] == recoveries[1])
    }

    @Test func whatIsLostSaysWhere() {
        for (phase, place) in [(nil, "before its turn"), (Phase.pull, "during pull")] {
            let failure = Failure(
                .agentEnded,
                "",
                "the agent ended \(place); the app is unchanged",
                hint: "drop it again"
            )
            let recovery = Recovery(leftIn: phase, number: 1, isKept: false, lastSwitch: 0, starts: 1)
            #expect(recovery == .end(.failed, failure))
        }
    }

    /// A deployment does not replace a newer one.
    @Test(arguments: [nil] + Phase.allCases.map(Optional.some), [3, 4, 9])
    func whatWasOvertakenIsSuperseded(phase: Phase?, lastSwitch: Int) {
        let problem = "the agent ended before the verdict, and #\(lastSwitch) has been deployed since"
        let failure = Failure(.superseded, "", problem, hint: nil)
        for isKept in [true, false] {
            let recovery = Recovery(leftIn: phase, number: 3, isKept: isKept, lastSwitch: lastSwitch, starts: 9)
            #expect(recovery == .end(.superseded, failure))
        }
    }
}

extension Recovery {
    /// One word for the table; what it says of the phase is the phase that was left.
    fileprivate func word(of left: Phase?) -> String {
        switch self {
        case .end(.failed, let failure) where failure.cause == .agentEnded: "failed"
        case .end(.failed, let failure) where failure.cause == .noProgress: "failed"
        case .wait: "wait"
        case .startAgain: "again"
        case .resume(left): "resume"
        case .giveUp(left, let failure) where failure.cause == .noProgress: "give up"
        case .leaveAlone(left, let failure) where failure.cause == .noProgress: "leave"
        default: "\(self)"
        }
    }
}
