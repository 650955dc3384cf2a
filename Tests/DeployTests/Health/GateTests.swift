import Testing

@testable import Deploy

@Suite struct GateTests {
    static let began = Duration.seconds(1000)

    /// A service, one container, seen at a moment after the switch.
    private func judge(_ samples: [Sample], containers: Int = 1, before: [String: Int] = [:], after: Duration)
        -> Gate.Outcome
    {
        let gate = Gate(
            expected: ["app": Gate.Expectation(containers: containers, imageID: "new")],
            restartsBefore: before,
            began: Self.began
        )
        return gate.judge(samples, at: Self.began + after)
    }

    private func sample(
        _ state: Sample.State = .running,
        id: String = "1",
        imageID: String = "new",
        exitCode: Int = 0,
        oomKilled: Bool = false,
        restarts: Int = 0,
        startedAt: Duration? = began,
        policy: Sample.RestartPolicy = .always,
        health: Sample.Health.Status? = nil
    ) -> Sample {
        Sample(
            container: id,
            service: "app",
            imageID: imageID,
            state: state,
            exitCode: exitCode,
            oomKilled: oomKilled,
            restarts: restarts,
            startedAt: startedAt,
            restartPolicy: policy,
            health: health.map { Sample.Health(status: $0, allowance: .seconds(50)) }
        )
    }

    private func isUnhealthy(_ outcome: Gate.Outcome) -> Bool {
        if case .unhealthy = outcome { true } else { false }
    }

    @Test func aHealthyContainerIsReadyAtOnce() {
        #expect(judge([sample(health: .healthy)], after: .zero) == .healthy)
    }

    @Test func anUnhealthyContainerFailsAtOnce() {
        #expect(isUnhealthy(judge([sample(health: .unhealthy)], after: .zero)))
    }

    @Test func aStartingContainerHasItsOwnTime() {
        let deadline = Self.began + .seconds(50) + Gate.margin
        #expect(judge([sample(health: .starting)], after: .seconds(1)) == .pending(until: deadline))
        #expect(isUnhealthy(judge([sample(health: .starting)], after: .seconds(50) + Gate.margin)))
    }

    @Test func withoutAHealthcheckItMustHaveRunForAWhile() {
        #expect(judge([sample()], after: .seconds(1)) == .pending(until: Self.began + Gate.stable))
        #expect(judge([sample()], after: Gate.stable) == .healthy)
    }

    @Test func aContainerThatWasLeftAloneCostsNoWait() {
        #expect(judge([sample(startedAt: .seconds(10))], after: .zero) == .healthy)
    }

    @Test func aRestartSinceTheSwitchFails() {
        #expect(isUnhealthy(judge([sample(restarts: 1)], after: Gate.stable)))
        #expect(judge([sample(restarts: 3)], before: ["1": 3], after: Gate.stable) == .healthy)
        #expect(isUnhealthy(judge([sample(restarts: 4)], before: ["1": 3], after: Gate.stable)))
    }

    @Test(arguments: Sample.State.allCases, Sample.RestartPolicy.allCases)
    func everyStateOfAContainerThatEndedWell(state: Sample.State, policy: Sample.RestartPolicy) {
        let outcome = judge([sample(state, policy: policy, health: .healthy)], after: .zero)
        switch (state, policy) {
        case (.running, _), (.exited, .never), (.exited, .onFailure): #expect(outcome == .healthy)
        case (.created, _), (.paused, _): #expect(outcome == .pending(until: Self.began + Gate.margin))
        case (.exited, .always), (.restarting, _), (.dead, _), (.removing, _): #expect(isUnhealthy(outcome))
        }
    }

    @Test(arguments: Sample.RestartPolicy.allCases)
    func aContainerThatExitedWithAnErrorFails(policy: Sample.RestartPolicy) {
        #expect(isUnhealthy(judge([sample(.exited, exitCode: 1, policy: policy)], after: .zero)))
    }

    @Test func aContainerThatNeverStartsFailsInTheEnd() {
        #expect(isUnhealthy(judge([sample(.created)], after: Gate.margin)))
    }

    @Test func outOfMemoryFails() {
        #expect(isUnhealthy(judge([sample(oomKilled: true)], after: Gate.stable)))
    }

    @Test func anotherImageFails() {
        #expect(isUnhealthy(judge([sample(imageID: "old", health: .healthy)], after: Gate.stable)))
    }

    @Test func aMissingContainerFails() {
        #expect(isUnhealthy(judge([], after: .zero)))
        #expect(isUnhealthy(judge([sample(health: .healthy)], containers: 2, after: .zero)))
        #expect(judge([], containers: 0, after: .zero) == .healthy)
    }

    @Test func oneBadReplicaFailsTheApp() {
        let samples = [sample(id: "1", health: .healthy), sample(id: "2", health: .unhealthy)]
        guard case .unhealthy(let findings) = judge(samples, containers: 2, after: .zero) else {
            Issue.record("not unhealthy")
            return
        }
        #expect(findings.map(\.container) == ["2"])
    }

    @Test func anotherProjectsServiceIsNotJudged() {
        var other = sample(.dead)
        other.service = "other"
        #expect(judge([sample(health: .healthy), other], after: .zero) == .healthy)
    }
}
