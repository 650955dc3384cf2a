@testable import Deploy

/// What the gate's suites have in common: an app of one service, whose switch ended at `began`.
enum GateFixture {
    static let began = Duration.seconds(1000)
    /// How long the fixture's healthcheck may take to decide.
    static let allowance = Duration.seconds(50)

    static func gate(
        _ policy: HealthPolicy = HealthPolicy(),
        containers: Int = 1,
        restartsBefore: [String: Int] = [:],
        oomKilledBefore: Set<String> = []
    ) -> Gate {
        Gate(
            expected: ["app": Gate.Expectation(containers: containers, imageID: "new")],
            policy: policy,
            restartsBefore: restartsBefore,
            oomKilledBefore: oomKilledBefore,
            began: began
        )
    }

    static func policy(_ change: (inout HealthPolicy) -> Void) -> HealthPolicy {
        var policy = HealthPolicy()
        change(&policy)
        return policy
    }

    static func sample(
        _ state: Sample.State = .running,
        id: String = "1",
        imageID: String = "new",
        exitCode: Int = 0,
        oomKilled: Bool = false,
        restarts: Int = 0,
        startedAfter: Duration? = .zero,
        policy: Sample.RestartPolicy = .always,
        health: Sample.Health.Status? = nil,
        allowance: Duration = allowance
    ) -> Sample {
        Sample(
            container: id,
            service: "app",
            imageID: imageID,
            state: state,
            exitCode: exitCode,
            oomKilled: oomKilled,
            restarts: restarts,
            startedAt: startedAfter.map { began + $0 },
            restartPolicy: policy,
            health: health.map { Sample.Health(status: $0, allowance: allowance) }
        )
    }
}

extension Gate {
    /// Judges so long after the end of the switch.
    mutating func judge(_ samples: [Sample], after time: Duration) -> Outcome {
        judge(samples, at: GateFixture.began + time)
    }
}

extension Gate.Outcome {
    /// Waits until so long after the end of the switch.
    static func pending(after time: Duration) -> Self { .pending(until: GateFixture.began + time) }

    /// What kept the app from being healthy, as a sysadmin reads it; nil where that is not decided.
    var problems: [String]? {
        guard case .unhealthy(let findings) = self else { return nil }
        return findings.map { "\($0.service)/\($0.container ?? "*"): \($0.problem)" }
    }
}
