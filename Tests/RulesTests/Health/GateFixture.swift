import DockerModel

@testable import Rules

/// A fixture for the gate's suites: an app with one service, whose switch ended at `began`.
enum GateFixture {
    static let began = Timestamp(nanoseconds: 1_000_000_000_000)
    /// How long the fixture's healthcheck may take to decide.
    static let allowance = Duration.seconds(50)

    static func gate(
        _ policy: HealthPolicy = HealthPolicy(),
        containers: Int = 1,
        restartsBefore: [ContainerID: Int] = [:],
        oomKilledBefore: Set<ContainerID> = []
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
        _ state: ContainerStatus = .running,
        id: ContainerID = "1",
        imageID: ImageID = "new",
        exitCode: Int = 0,
        oomKilled: Bool = false,
        restarts: Int = 0,
        startedAfter: Duration? = .zero,
        policy: RestartPolicy = .always,
        health: ContainerHealth.Status? = nil,
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
    /// Judges this long after the end of the switch.
    mutating func judge(_ samples: [Sample], after time: Duration) -> Answer {
        judge(samples, at: GateFixture.began + time)
    }
}

extension Gate.Answer {
    /// Waits until this long after the end of the switch.
    static func pending(after time: Duration) -> Self { .pending(until: GateFixture.began + time) }

    /// What kept the app from being healthy, as a sysadmin reads it; nil if that is undecided.
    var problems: [String]? {
        guard case .unhealthy(let findings) = self else { return nil }
        return findings.map { "\($0.service)/\($0.container?.rawValue ?? "*"): \($0.problem)" }
    }
}

/// All cases, for tables and random tests.
extension ContainerStatus {
    static let all: [ContainerStatus] = [.created, .running, .paused, .restarting, .removing, .exited, .dead]
}

extension ContainerHealth.Status {
    static let all: [ContainerHealth.Status] = [.starting, .healthy, .unhealthy]
}

extension RestartPolicy {
    static let all: [RestartPolicy] = [.no, .onFailure(maximum: nil), .onFailure(maximum: 3), .always, .unlessStopped]
}
