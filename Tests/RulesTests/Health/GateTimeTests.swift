import DockerModel
import Testing

@testable import Rules

/// When the gate looks again, how long it waits, and that it ends.
@Suite struct GateTimeTests {
    private func gate(containers: Int = 1, _ change: (inout HealthPolicy) -> Void = { _ in }) -> Gate {
        GateFixture.gate(GateFixture.policy(change), containers: containers)
    }

    private func sample(
        _ health: ContainerHealth.Status? = nil,
        id: ContainerID = "1",
        startedAfter: Duration = .zero,
        allowance: Duration = GateFixture.allowance
    ) -> Sample {
        GateFixture.sample(id: id, startedAfter: startedAfter, health: health, allowance: allowance)
    }

    /// A container that is not ready, its deadline, and the problem after that.
    @Test(arguments: [
        (GateFixture.sample(health: .starting), GateFixture.allowance + Gate.margin, "did not become healthy in time"),
        (
            GateFixture.sample(startedAfter: .seconds(-20), health: .starting),
            GateFixture.allowance + Gate.margin - .seconds(20), "did not become healthy in time"
        ),
        // With a start period of ten minutes, it is not given up early.
        (
            GateFixture.sample(health: .starting, allowance: .seconds(600)),
            Gate.margin + .seconds(600), "did not become healthy in time"
        ),
        (GateFixture.sample(.created), Gate.margin, "is created"),
        (GateFixture.sample(.paused, startedAfter: .seconds(-900)), Gate.margin, "is paused"),
    ])
    func aContainerHasItsOwnTime(sample: Sample, time: Duration, problem: String) {
        var gate = gate()
        #expect(gate.judge([sample], after: .seconds(1)) == .pending(after: time))
        #expect(gate.judge([sample], after: time - .nanoseconds(1)) == .pending(after: time))
        #expect(gate.judge([sample], after: time).problems == ["app/1: \(problem)"])
        var timed = self.gate { $0.timeout = .seconds(5) }
        #expect(timed.judge([sample], after: .seconds(1)) == .pending(after: .seconds(5)))
        #expect(timed.judge([sample], after: .seconds(5)).problems == ["app/1: \(problem)"])
    }

    @Test func withoutAHealthcheckItMustHaveRunForAWhile() {
        var gate = gate()
        #expect(gate.judge([sample()], after: .seconds(1)) == .pending(after: .seconds(10)))
        #expect(gate.judge([sample()], after: .seconds(10)) == .healthy)
        var earlier = self.gate()
        #expect(earlier.judge([sample(startedAfter: .seconds(-4))], after: .seconds(1)) == .pending(after: .seconds(6)))
        // If the Engine does not report a start, the switch counts as the start.
        var unknown = self.gate()
        let never = GateFixture.sample(startedAfter: nil)
        #expect(unknown.judge([never], after: .seconds(2)) == .pending(after: .seconds(10)))
    }

    @Test func oneThatCouldBeStableOnlyAfterTheTimeoutFailsThen() {
        var gate = gate { $0.timeout = .seconds(5) }
        #expect(gate.judge([sample()], after: .zero) == .pending(after: .seconds(5)))
        let problem = "did not stay up long enough before the deadline"
        #expect(gate.judge([sample()], after: .seconds(5)).problems == ["app/1: \(problem)"])
    }

    @Test func theNextLookIsWhenTheFirstOfThemMayHaveChanged() {
        var gate = gate(containers: 2)
        let samples = [sample(.starting, id: "1"), sample(id: "2")]
        #expect(gate.judge(samples, after: .zero) == .pending(after: .seconds(10)))
        #expect(gate.judge(samples, after: .seconds(10)) == .pending(after: .seconds(80)))
    }

    @Test func theFirstFailureDecidesThoughAnotherIsStillWaitedFor() {
        var gate = gate(containers: 2)
        let samples = [sample(.starting, id: "1"), sample(.unhealthy, id: "2")]
        #expect(gate.judge(samples, after: .zero).problems == ["app/2: is unhealthy: its healthcheck fails"])
    }

    @Test func withoutFailFastOnlyTheDeadlineDecides() {
        var gate = gate {
            $0.failFast = false
            $0.timeout = .seconds(60)
        }
        #expect(gate.judge([sample(.unhealthy)], after: .zero) == .pending(after: .seconds(60)))
        #expect(gate.judge([], after: .seconds(30)) == .pending(after: .seconds(60)))
        #expect(gate.judge([sample(.healthy)], after: .seconds(59)) == .healthy)
        #expect(gate.judge([sample(.unhealthy)], after: .seconds(60)).problems?.count == 1)
    }

    /// The deadline is the longest of the containers' own healthchecks, and never in the past at the start.
    @Test(arguments: [
        ([], Gate.margin),
        ([GateFixture.sample(health: .unhealthy)], GateFixture.allowance + Gate.margin),
        (
            [
                GateFixture.sample(id: "1", health: .unhealthy),
                GateFixture.sample(id: "2", health: .starting, allowance: .seconds(600)),
            ],
            .seconds(600) + Gate.margin
        ),
        // The switch left it alone, and it is unhealthy at this moment.
        ([GateFixture.sample(startedAfter: .seconds(-9000), health: .unhealthy)], Gate.margin),
    ])
    func withoutFailFastAndTimeoutTheHealthchecksDecide(samples: [Sample], deadline: Duration) {
        var gate = gate(containers: max(samples.count, 1)) { $0.failFast = false }
        #expect(gate.judge(samples, after: .seconds(1)) == .pending(after: deadline))
        #expect(gate.judge(samples, after: deadline).problems?.isEmpty == false)
    }

    @Test func observeWantsAnUnbrokenTime() {
        var gate = gate { $0.observe = .seconds(10) }
        #expect(gate.judge([sample(.healthy)], after: .seconds(2)) == .pending(after: .seconds(12)))
        #expect(gate.judge([sample(.healthy)], after: .seconds(8)) == .pending(after: .seconds(12)))
        #expect(gate.judge([sample(.starting)], after: .seconds(11)) == .pending(after: .seconds(80)))
        #expect(gate.judge([sample(.healthy)], after: .seconds(12)) == .pending(after: .seconds(22)))
        #expect(gate.judge([sample(.healthy)], after: .seconds(22)) == .healthy)
    }

    @Test func aFailureInTheTimeOfObservingDecides() {
        var gate = gate { $0.observe = .seconds(10) }
        #expect(gate.judge([sample(.healthy)], after: .zero) == .pending(after: .seconds(10)))
        #expect(gate.judge([sample(.unhealthy)], after: .seconds(9)).problems?.count == 1)
    }

    @Test func withoutFailFastAFailureBeginsTheObservingAnew() {
        var gate = gate {
            $0.observe = .seconds(10)
            $0.failFast = false
        }
        #expect(gate.judge([sample(.healthy)], after: .zero) == .pending(after: .seconds(10)))
        #expect(gate.judge([sample(.unhealthy)], after: .seconds(9)) == .pending(after: .seconds(80)))
        #expect(gate.judge([sample(.healthy)], after: .seconds(10)) == .pending(after: .seconds(20)))
    }

    @Test func theTimeoutIsForBecomingReadyAndObservingComesAfterIt() {
        var gate = gate {
            $0.timeout = .seconds(20)
            $0.observe = .seconds(60)
        }
        #expect(gate.judge([sample(.healthy)], after: .seconds(19)) == .pending(after: .seconds(79)))
        #expect(gate.judge([sample(.healthy)], after: .seconds(79)) == .healthy)
        // A container that becomes unhealthy after the deadline gets no more time.
        var relapse = gate
        #expect(relapse.judge([sample(.starting)], after: .seconds(80)).problems?.count == 1)
    }

    /// The Engine restarts every container late in a long gate: each gets its full time again.
    @Test func anEngineThatRestartsCostsNoVerdict() {
        var gate = gate(containers: 2)
        let slow = { self.sample($0, id: "slow", startedAfter: $1, allowance: .seconds(300)) }
        let plain = { self.sample(id: "plain", startedAfter: $0) }
        #expect(
            gate.judge([slow(.starting, .zero), plain(.zero)], after: .seconds(10)) == .pending(after: .seconds(330))
        )
        let again = [slow(.starting, .seconds(200)), plain(.seconds(200))]
        #expect(gate.judge(again, after: .seconds(201)) == .pending(after: .seconds(210)))
        #expect(gate.judge(again, after: .seconds(210)) == .pending(after: .seconds(530)))
        #expect(gate.judge([slow(.healthy, .seconds(200)), plain(.seconds(200))], after: .seconds(500)) == .healthy)
    }

    @Test func whoStartsItAgainFromOutsideDoesNotPutOffTheEnd() {
        var gate = gate()
        let late = sample(.starting, startedAfter: .seconds(600))
        #expect(gate.judge([late], after: .seconds(601)).problems?.count == 1)
    }
}
