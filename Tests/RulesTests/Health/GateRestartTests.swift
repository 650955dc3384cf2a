import DockerModel
import Testing

@testable import Rules

/// The gate judges by the end, not by the way: restarts, clean ends, and a wall clock that is set meanwhile.
@Suite struct GateRestartTests {
    private func sample(
        _ state: ContainerStatus = .running,
        restarts: Int,
        startedAfter: Duration,
        health: ContainerHealth.Status? = nil
    ) -> Sample {
        GateFixture.sample(state, exitCode: 1, restarts: restarts, startedAfter: startedAfter, health: health)
    }

    /// The common idiom: it ends once because its database is not up yet, and its restart policy is the waiting loop.
    @Test func oneThatCameBackIsReadyOnceItHasStayed() {
        var gate = GateFixture.gate()
        #expect(
            gate.judge([sample(restarts: 0, startedAfter: .zero, health: .starting)], after: .seconds(1))
                == .pending(after: .seconds(80))
        )
        let returning = sample(.restarting, restarts: 1, startedAfter: .zero, health: .unhealthy)
        #expect(gate.judge([returning], after: .seconds(2)) == .pending(after: .seconds(80)))
        let back = sample(restarts: 1, startedAfter: .seconds(3), health: .healthy)
        #expect(gate.judge([back], after: .seconds(4)) == .pending(after: .seconds(13)))
        #expect(gate.judge([back], after: .seconds(13)) == .healthy)
    }

    /// On a busy host a look takes a while, and the container may start meanwhile.
    @Test func aStartDuringTheLookCountsFromWhenItWas() {
        var gate = GateFixture.gate()
        var back = sample(restarts: 1, startedAfter: .seconds(1), health: .healthy)
        back.age = .milliseconds(-300)
        #expect(
            gate.judge([back], at: .seconds(1), until: .milliseconds(1400)) == .pending(until: .milliseconds(11_300))
        )
        // No further than the look itself, if the clock was set.
        var other = GateFixture.gate()
        back.age = .seconds(-3600)
        #expect(
            other.judge([back], at: .seconds(1), until: .milliseconds(1400)) == .pending(until: .milliseconds(11_400))
        )
    }

    @Test func withoutAHealthcheckTheTimeCountsFromTheLastStart() {
        var gate = GateFixture.gate()
        #expect(
            gate.judge([sample(restarts: 3, startedAfter: .seconds(9))], after: .seconds(11))
                == .pending(after: .seconds(19))
        )
        #expect(gate.judge([sample(restarts: 3, startedAfter: .seconds(9))], after: .seconds(19)) == .healthy)
    }

    @Test(arguments: [0, 1, 3, 1000])
    func oneRestartMoreThanAllowedFailsAtOnce(limit: Int) {
        var gate = GateFixture.gate(GateFixture.policy { $0.restarts = limit })
        let last = sample(restarts: limit, startedAfter: .zero)
        #expect(gate.judge([last], after: .seconds(1)) == .pending(after: .seconds(10)))
        let times = limit == 0 ? "once" : "\(limit + 1) times"
        for state in [ContainerStatus.running, .restarting] {
            var gate = gate
            let one = sample(state, restarts: limit + 1, startedAfter: .zero, health: .healthy)
            #expect(gate.judge([one], after: .seconds(2)).problems == ["app/1: was restarted \(times)"])
        }
    }

    @Test func oneThatDoesNotComeBackFailsAtItsDeadline() {
        var gate = GateFixture.gate()
        let away = sample(.restarting, restarts: 1, startedAfter: .seconds(20))
        #expect(gate.judge([away], after: .seconds(30)) == .pending(after: .seconds(60)))
        #expect(gate.judge([away], after: .seconds(60)).problems == ["app/1: is restarting, exit code 1"])
    }

    /// A `stable` that is longer than the healthcheck's own time is granted.
    @Test func oneThatCameBackGetsTheTimeToStay() {
        var gate = GateFixture.gate(GateFixture.policy { $0.stable = .seconds(300) })
        let back = sample(restarts: 1, startedAfter: .seconds(5), health: .healthy)
        #expect(gate.judge([back], after: .seconds(6)) == .pending(after: .seconds(305)))
        #expect(gate.judge([back], after: .seconds(305)) == .healthy)
    }

    // MARK: - Clean ends

    private func judge(_ sample: Sample, _ change: (inout Gate.Expectation) -> Void = { _ in }) -> Gate.Answer {
        var expectation = Gate.Expectation(containers: 1, imageID: "new")
        change(&expectation)
        var gate = Gate(expected: ["app": expectation], policy: HealthPolicy())
        return gate.judge([sample], at: .seconds(1))
    }

    private func ended(
        _ policy: RestartPolicy = .no,
        publishesPorts: Bool = false,
        health: ContainerHealth.Status? = nil
    )
        -> Sample
    {
        GateFixture.sample(.exited, policy: policy, publishesPorts: publishesPorts, health: health)
    }

    @Test func whatShowsNoSignOfBeingAServerMayEnd() {
        #expect(judge(ended()) == .healthy)
        #expect(judge(ended(.onFailure(maximum: 3))) == .healthy)
    }

    /// Each sign, and the way out that the finding names.
    @Test func aServerMayNotEnd() {
        for (answer, words) in [
            (judge(ended(health: .healthy)), ["has a healthcheck", "disable the healthcheck"]),
            (judge(ended(publishesPorts: true)), ["publishes a port", "publish no port"]),
            (judge(ended()) { $0.isLongRunning = true }, ["ran all the time", "BERTH_FORCE=1"]),
        ] {
            let problem = answer.problems?.first ?? ""
            for word in words + ["app/1: ended with exit code 0, but", "service_completed_successfully"] {
                #expect(problem.contains(word))
            }
        }
        #expect(judge(ended(.always)).problems == ["app/1: is exited, exit code 0"])
    }

    @Test func whatAnotherServiceAwaitsTheEndOfMayEnd() {
        let answer = judge(ended(publishesPorts: true, health: .starting)) {
            $0.isMeantToEnd = true; $0.isLongRunning = true
        }
        #expect(answer == .healthy)
    }

    // MARK: - The wall clock

    /// The clock is set by a day, or back, between the start of the container and the first look.
    @Test(arguments: [-86_400, -60, 60, 86_400])
    func aClockThatIsSetNeitherFailsNorPassesAContainer(jump: Int) {
        var plain = Gate(
            expected: ["app": .init(containers: 1, imageID: "new")],
            policy: HealthPolicy(),
            switchTook: .seconds(2)
        )
        let seen = GateFixture.sample(startedAfter: .zero)
        // It is not known better than that the start was within the switch, or after it and before the look.
        guard case .pending(let until) = plain.judge([seen], after: .seconds(1), clockSetBy: .seconds(jump)) else {
            Issue.record("decided at once")
            return
        }
        #expect(.seconds(8) ... .seconds(11) ~= until)
        #expect(plain.judge([seen], after: until, clockSetBy: .seconds(jump)) == .healthy)
        var probed = Gate(
            expected: ["app": .init(containers: 1, imageID: "new")],
            policy: HealthPolicy(),
            switchTook: .seconds(2)
        )
        let starting = GateFixture.sample(health: .starting)
        #expect(probed.judge([starting], after: .seconds(1), clockSetBy: .seconds(jump)).problems == nil)
        #expect(probed.judge([starting], after: .seconds(70), clockSetBy: .seconds(-jump)).problems == nil)
        let healthy = GateFixture.sample(health: .healthy)
        #expect(probed.judge([healthy], after: .seconds(71), clockSetBy: .seconds(jump)) == .healthy)
    }

    /// The switch takes a minute, and the container starts at its end: a clock that is ahead would make it older than the switch.
    @Test(arguments: [3600, 86_400])
    func aClockThatIsSetAheadMakesNoContainerStable(jump: Int) {
        var gate = Gate(
            expected: ["app": .init(containers: 1, imageID: "new")],
            policy: HealthPolicy(),
            switchTook: .seconds(60)
        )
        let young = GateFixture.sample(startedAfter: .zero)
        #expect(gate.judge([young], after: .seconds(1), clockSetBy: .seconds(jump)) == .pending(after: .seconds(11)))
        #expect(gate.judge([young], after: .seconds(11), clockSetBy: .seconds(jump)) == .healthy)
    }

    /// What ran before the switch keeps the age that it had then.
    @Test func aClockThatIsSetMakesNoOldContainerYoung() {
        var old = GateFixture.sample(startedAfter: .seconds(-900))
        old.age = .seconds(898)
        var gate = Gate(
            expected: ["app": .init(containers: 1, imageID: "new")],
            policy: HealthPolicy(),
            before: [old],
            switchTook: .seconds(2)
        )
        #expect(gate.judge([old], after: .zero, clockSetBy: .seconds(-86_400)) == .healthy)
    }
}
