import Testing

@testable import Deploy

@Suite struct GateTests {
    static let began = Duration.seconds(1000)

    /// A service, one container, seen at a moment after the switch.
    private func judge(
        _ samples: [Sample],
        _ policy: HealthPolicy = HealthPolicy(),
        containers: Int = 1,
        before: [String: Int] = [:],
        oomBefore: Set<String> = [],
        after: Duration
    ) -> Gate.Outcome {
        var gate = gate(policy, containers: containers, before: before, oomBefore: oomBefore)
        return gate.judge(samples, at: Self.began + after)
    }

    private func gate(
        _ policy: HealthPolicy = HealthPolicy(),
        containers: Int = 1,
        before: [String: Int] = [:],
        oomBefore: Set<String> = []
    ) -> Gate {
        Gate(
            expected: ["app": Gate.Expectation(containers: containers, imageID: "new")],
            policy: policy,
            restartsBefore: before,
            oomKilledBefore: oomBefore,
            began: Self.began
        )
    }

    private func policy(_ change: (inout HealthPolicy) -> Void) -> HealthPolicy {
        var policy = HealthPolicy()
        change(&policy)
        return policy
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
        #expect(judge([sample()], after: .seconds(1)) == .pending(until: Self.began + HealthPolicy().stable))
        #expect(judge([sample()], after: HealthPolicy().stable) == .healthy)
    }

    @Test func aContainerThatWasLeftAloneCostsNoWait() {
        #expect(judge([sample(startedAt: .seconds(10))], after: .zero) == .healthy)
    }

    @Test func aRestartSinceTheSwitchFails() {
        #expect(isUnhealthy(judge([sample(restarts: 1)], after: HealthPolicy().stable)))
        #expect(judge([sample(restarts: 3)], before: ["1": 3], after: HealthPolicy().stable) == .healthy)
        #expect(isUnhealthy(judge([sample(restarts: 4)], before: ["1": 3], after: HealthPolicy().stable)))
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
        #expect(isUnhealthy(judge([sample(oomKilled: true)], after: HealthPolicy().stable)))
    }

    @Test func anotherImageFails() {
        #expect(isUnhealthy(judge([sample(imageID: "old", health: .healthy)], after: HealthPolicy().stable)))
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

    @Test func aSurplusContainerFails() {
        let samples = [sample(id: "1", health: .healthy), sample(id: "2", health: .healthy)]
        #expect(isUnhealthy(judge(samples, containers: 1, after: .zero)))
    }

    @Test func anOldOutOfMemoryDoesNotCount() {
        #expect(judge([sample(oomKilled: true, health: .healthy)], oomBefore: ["1"], after: .zero) == .healthy)
    }

    @Test func stableIsTheReleasesOwn() {
        let brief = policy { $0.stable = .seconds(2) }
        #expect(judge([sample()], brief, after: .seconds(2)) == .healthy)
        #expect(judge([sample()], brief, after: .seconds(1)) == .pending(until: Self.began + .seconds(2)))
    }

    @Test func aTimeoutReplacesTheHealthchecksOwn() {
        let quick = policy { $0.timeout = .seconds(5) }
        #expect(
            judge([sample(health: .starting)], quick, after: .seconds(4)) == .pending(until: Self.began + .seconds(5))
        )
        #expect(isUnhealthy(judge([sample(health: .starting)], quick, after: .seconds(5))))
        // A container that could be stable only later fails at the timeout too.
        #expect(judge([sample()], quick, after: .zero) == .pending(until: Self.began + .seconds(5)))
        #expect(isUnhealthy(judge([sample()], quick, after: .seconds(5))))
    }

    @Test func withoutFailFastOnlyTheDeadlineDecides() {
        let patient = policy {
            $0.failFast = false
            $0.timeout = .seconds(60)
        }
        var gate = gate(patient)
        let deadline = Self.began + .seconds(60)
        #expect(gate.judge([sample(health: .unhealthy)], at: Self.began) == .pending(until: deadline))
        #expect(gate.judge([sample(health: .healthy)], at: Self.began + .seconds(59)) == .healthy)
        #expect(isUnhealthy(gate.judge([sample(health: .unhealthy)], at: deadline)))
    }

    @Test func observeWantsAnUnbrokenTime() {
        var gate = gate(policy { $0.observe = .seconds(10) })
        let healthy = [sample(health: .healthy)]
        #expect(gate.judge(healthy, at: Self.began) == .pending(until: Self.began + .seconds(10)))
        guard case .pending = gate.judge([sample(health: .starting)], at: Self.began + .seconds(5)) else {
            Issue.record("decided")
            return
        }
        #expect(gate.judge(healthy, at: Self.began + .seconds(6)) == .pending(until: Self.began + .seconds(16)))
        #expect(gate.judge(healthy, at: Self.began + .seconds(16)) == .healthy)
    }

    @Test func whoStartsItAgainFromOutsideDoesNotPutOffTheEnd() {
        let late = sample(startedAt: Self.began + .seconds(600), health: .starting)
        #expect(isUnhealthy(judge([late], after: .seconds(601))))
    }

    /// Whatever the containers do, a gate that is asked again when it says so comes to an end, and never asks for the past.
    @Test func everyGateEnds() {
        var generator = SplitMix(seed: 7)
        for _ in 0..<2000 {
            let policy = policy {
                $0.timeout = Bool.random(using: &generator) ? .seconds(Int.random(in: 0...90, using: &generator)) : nil
                $0.failFast = Bool.random(using: &generator)
                $0.observe = .seconds(Int.random(in: 0...9, using: &generator))
            }
            var gate = gate(policy, containers: Int.random(in: 0...2, using: &generator))
            let samples = (0..<Int.random(in: 0...2, using: &generator)).map { number in
                sample(
                    Sample.State.allCases.randomElement(using: &generator) ?? .running,
                    id: "\(number)",
                    exitCode: Int.random(in: 0...1, using: &generator),
                    restarts: Int.random(in: 0...1, using: &generator),
                    startedAt: Bool.random(using: &generator)
                        ? Self.began + .seconds(Int.random(in: -90...90, using: &generator)) : nil,
                    policy: Sample.RestartPolicy.allCases.randomElement(using: &generator) ?? .never,
                    health: Bool.random(using: &generator)
                        ? Sample.Health.Status.allCases.randomElement(using: &generator) : nil
                )
            }
            var now = Self.began
            var looks = 0
            while case .pending(let until) = gate.judge(samples, at: now) {
                #expect(until > now)
                now = until
                looks += 1
                guard looks < 20, until > Self.began - .seconds(1) else {
                    Issue.record("no end for \(samples) under \(policy)")
                    break
                }
            }
        }
    }

    @Test func anotherProjectsServiceIsNotJudged() {
        var other = sample(.dead)
        other.service = "other"
        #expect(judge([sample(health: .healthy), other], after: .zero) == .healthy)
    }
}
