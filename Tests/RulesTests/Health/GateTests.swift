import DockerModel
import Testing

@testable import Rules

/// The gate's judgement of one container, one second after the switch: every state, with every restart policy and every
/// health, under every kind of policy.
@Suite struct GateTests {
    /// A container's standing, before the release's policy is applied.
    enum Standing: Equatable, Sendable {
        case ready
        /// It has no healthcheck, so it must have run for a while.
        case settling
        /// Its healthcheck has time to decide.
        case probing
        /// It has time to start running.
        case idle
        /// Its restart policy starts it again.
        case returning(String)
        case failing(String)
    }

    /// A state and its standing: without a healthcheck, and with one that is starting, healthy and unhealthy; or one
    /// standing if health does not matter.
    struct Row: Sendable {
        let state: ContainerStatus
        let exitCode: Int
        let policies: [RestartPolicy]
        let standings: [Standing]

        init(
            _ state: ContainerStatus,
            exitCode: Int = 0,
            under policies: [RestartPolicy] = RestartPolicy.all,
            _ standings: Standing...
        ) {
            self.state = state
            self.exitCode = exitCode
            self.policies = policies
            self.standings = standings.count == 1 ? healths.map { _ in standings[0] } : standings
        }
    }

    static let healths: [ContainerHealth.Status?] = [nil, .starting, .healthy, .unhealthy]

    static let rows = [
        Row(.created, .idle),
        Row(.running, .settling, .probing, .ready, .failing("is unhealthy: its healthcheck fails")),
        Row(.paused, .idle),
        Row(.restarting, .returning("is restarting, exit code 0")),
        Row(.restarting, exitCode: 1, .returning("is restarting, exit code 1")),
        Row(.removing, .failing("is being removed")),
        Row(
            .exited,
            under: [.no, .onFailure(maximum: nil), .onFailure(maximum: 3)],
            .ready,
            .failing(endedWithHealthcheck),
            .failing(endedWithHealthcheck),
            .failing(endedWithHealthcheck)
        ),
        Row(.exited, under: [.always, .unlessStopped], .failing("is exited, exit code 0")),
        Row(.exited, exitCode: 1, .failing("is exited, exit code 1")),
        Row(.exited, exitCode: 137, .failing("is exited, exit code 137")),
        Row(.dead, .failing("is dead, exit code 0")),
    ]

    static let endedWithHealthcheck = """
        ended with exit code 0, but it has a healthcheck; if it is meant to end, disable the healthcheck, or let another \
        service depend on it with service_completed_successfully
        """

    static let policies = [
        HealthPolicy(),
        GateFixture.policy { $0.timeout = .seconds(5) },
        GateFixture.policy { $0.timeout = .seconds(120) },
        GateFixture.policy { $0.stable = .zero },
        GateFixture.policy { $0.stable = .seconds(40) },
        GateFixture.policy { $0.failFast = false },
        GateFixture.policy {
            $0.failFast = false
            $0.timeout = .seconds(5)
        },
        GateFixture.policy { $0.observe = .seconds(7) },
    ]

    @Test func theTableIsWhole() {
        let ways = Self.rows.flatMap { row in row.policies.map { "\(row.state) \($0)" } }
        #expect(Set(ways).count == ContainerStatus.all.count * RestartPolicy.all.count)
        #expect(Self.rows.allSatisfy { $0.standings.count == Self.healths.count })
    }

    @Test(arguments: rows, policies)
    func everyStateUnderEveryPolicy(row: Row, policy: HealthPolicy) {
        for restartPolicy in row.policies {
            for (health, standing) in zip(Self.healths, row.standings) {
                let sample = GateFixture.sample(
                    row.state,
                    exitCode: row.exitCode,
                    policy: restartPolicy,
                    health: health
                )
                var gate = GateFixture.gate(policy)
                #expect(
                    gate.judge([sample], after: .seconds(1)) == answer(of: standing, sample, policy),
                    "\(row.state), \(restartPolicy), \(String(describing: health))"
                )
            }
        }
    }

    private func answer(of standing: Standing, _ sample: Sample, _ policy: HealthPolicy) -> Gate.Answer {
        let margin = Gate.margin
        let own = sample.health == nil ? policy.stable : GateFixture.allowance
        switch standing {
        case .ready: return policy.observe == .zero ? .healthy : .pending(after: .seconds(1) + policy.observe)
        case .settling where policy.stable == .zero: return .healthy
        case .settling: return .pending(after: min(policy.stable, policy.timeout ?? policy.stable))
        case .probing: return .pending(after: policy.timeout ?? GateFixture.allowance + margin)
        case .idle: return .pending(after: policy.timeout ?? margin)
        case .returning: return .pending(after: policy.timeout ?? own + margin)
        case .failing(let problem) where policy.failFast:
            return .unhealthy([Gate.Finding(service: "app", container: "1", problem: problem)])
        case .failing:
            return .pending(after: policy.timeout ?? (sample.state == .running ? own + margin : margin))
        }
    }

    /// What makes a running, healthy container fail, and what does not.
    @Test(arguments: [
        (GateFixture.sample(imageID: "old", health: .healthy), ["app/1: runs a different image than was pulled"]),
        (GateFixture.sample(.exited, imageID: "old", policy: .no), ["app/1: runs a different image than was pulled"]),
        (GateFixture.sample(oomKilled: true, health: .healthy), ["app/1: was killed: out of memory (OOM)"]),
        (GateFixture.sample(.exited, oomKilled: true, policy: .no), ["app/1: was killed: out of memory (OOM)"]),
        (GateFixture.sample(restarts: 4, health: .healthy), ["app/1: was restarted 4 times"]),
        (GateFixture.sample(.restarting, restarts: 5, health: .starting), ["app/1: was restarted 5 times"]),
        (GateFixture.sample(restarts: 1000), ["app/1: was restarted 1000 times"]),
        // It ended with success.
        (GateFixture.sample(.exited, restarts: 2, policy: .onFailure(maximum: nil)), nil),
        // An unchanged deployment left it alone.
        (GateFixture.sample(startedAfter: .seconds(-900)), nil),
        (GateFixture.sample(startedAfter: .seconds(-900), health: .healthy), nil),
        (
            GateFixture.sample(startedAfter: .seconds(-900), health: .unhealthy),
            [
                "app/1: is unhealthy: its healthcheck fails"
            ]
        ),
    ])
    func whatElseIsKnownOfAContainer(sample: Sample, problems: [String]?) {
        var gate = GateFixture.gate()
        let answer = gate.judge([sample], after: .zero)
        #expect(answer.problems == problems)
        #expect((answer == .healthy) == (problems == nil))
    }

    /// The actual and the expected number of containers.
    @Test(arguments: 0...3, 0...3)
    func aServiceHasAllItsContainersAndNoMore(number: Int, expected: Int) {
        var gate = GateFixture.gate(containers: expected)
        let samples = (0..<number).map { GateFixture.sample(id: ContainerID(rawValue: "\($0)"), health: .healthy) }
        let answer = gate.judge(samples, after: .zero)
        #expect(answer.problems == (number == expected ? nil : ["app/*: has \(number) of \(expected) containers"]))
    }

    @Test func oneBadReplicaFailsTheApp() {
        var gate = GateFixture.gate(containers: 3)
        let healths: [ContainerHealth.Status] = [.healthy, .unhealthy, .starting]
        let samples = zip(["c", "a", "b"] as [ContainerID], healths).map { GateFixture.sample(id: $0, health: $1) }
        #expect(gate.judge(samples, after: .zero).problems == ["app/a: is unhealthy: its healthcheck fails"])
    }

    @Test func everyFailureIsNamedInTheOrderOfTheServices() {
        var gate = Gate(
            expected: ["web": .init(containers: 2, imageID: "new"), "api": .init(containers: 1, imageID: "other")],
            policy: HealthPolicy()
        )
        var web = GateFixture.sample(.dead)
        web.service = "web"
        var api = GateFixture.sample(health: .healthy)
        api.service = "api"
        #expect(
            gate.judge([web, api], after: .zero).problems == [
                "api/1: runs a different image than was pulled",
                "web/*: has 1 of 2 containers",
                "web/1: is dead, exit code 0",
            ]
        )
    }

    @Test func aServiceThatIsNotExpectedIsNotJudged() {
        var other = GateFixture.sample(.dead)
        other.service = "other"
        var gate = GateFixture.gate()
        #expect(gate.judge([GateFixture.sample(health: .healthy), other], after: .zero) == .healthy)
        var none = Gate(expected: [:], policy: HealthPolicy())
        #expect(none.judge([other], after: .zero) == .healthy)
    }

    /// The restart counts before the switch and now, and whether the container is ready.
    @Test(arguments: [(0, 0, true), (0, 1, false), (3, 3, true), (3, 4, false), (3, 0, true)])
    func onlyRestartsSinceTheSwitchCount(before: Int, now: Int, isHealthy: Bool) {
        let policy = GateFixture.policy { $0.restarts = 0 }
        var gate = GateFixture.gate(policy, restartsBefore: ["1": before, "2": 9])
        let answer = gate.judge([GateFixture.sample(restarts: now, health: .healthy)], after: .zero)
        #expect((answer == .healthy) == isHealthy)
    }

    /// The Engine resets the count when `up`, or the Engine itself after a restart, starts a container.
    @Test func aCountThatBeganAnewHidesNoRestart() {
        let policy = GateFixture.policy { ($0.observe, $0.restarts) = (.seconds(60), 0) }
        var gate = GateFixture.gate(policy, restartsBefore: ["1": 3])
        #expect(gate.judge([GateFixture.sample(health: .healthy)], after: .zero) == .pending(after: .seconds(60)))
        let crashed = [GateFixture.sample(restarts: 1, health: .healthy)]
        #expect(gate.judge(crashed, after: .seconds(5)).problems == ["app/1: was restarted once"])
    }

    /// The Engine remembers a kill until the container's next start.
    @Test func onlyAKillSinceTheSwitchCounts() {
        var gate = GateFixture.gate(GateFixture.policy { $0.observe = .seconds(60) }, oomKilledBefore: ["1"])
        let marked = [GateFixture.sample(oomKilled: true, health: .healthy)]
        #expect(gate.judge(marked, after: .zero) == .pending(after: .seconds(60)))
        #expect(gate.judge([GateFixture.sample(health: .healthy)], after: .seconds(5)) == .pending(after: .seconds(60)))
        #expect(gate.judge(marked, after: .seconds(9)).problems == ["app/1: was killed: out of memory (OOM)"])
    }
}
