import DockerModel

@testable import Rules

/// A fixture for the gate's suites: an app with one service, whose switch took three hours and ended at `began` by the
/// wall clock.
enum GateFixture {
    static let began = Timestamp(nanoseconds: 1_000_000_000_000)
    static let switchTook = Duration.seconds(3 * 60 * 60)
    /// How long the fixture's healthcheck may take to decide.
    static let allowance = Duration.seconds(50)

    static func gate(
        _ policy: HealthPolicy = HealthPolicy(),
        containers: Int = 1,
        restartsBefore: [ContainerID: Int] = [:],
        oomKilledBefore: Set<ContainerID> = []
    ) -> Gate {
        let before = Set(restartsBefore.keys).union(oomKilledBefore).sorted().map { id in
            // It was started before the switch, and again in it.
            sample(
                id: id,
                oomKilled: oomKilledBefore.contains(id),
                restarts: restartsBefore[id] ?? 0,
                startedAfter: .seconds(-1) - switchTook
            )
        }
        return Gate(
            expected: ["app": Gate.Expectation(containers: containers, imageID: "new")],
            policy: policy,
            before: before,
            switchTook: switchTook
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
        publishesPorts: Bool = false,
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
            health: health.map { Sample.Health(status: $0, allowance: allowance) },
            publishesPorts: publishesPorts
        )
    }
}

extension Gate {
    /// Judges this long after the end of the switch, by a wall clock that is right unless it was set.
    mutating func judge(_ samples: [Sample], after time: Duration, clockSetBy jump: Duration = .zero) -> Answer {
        let aged = samples.map { sample in
            var sample = sample
            sample.age = sample.startedAt.map { jump + time - ($0 - GateFixture.began) }
            return sample
        }
        return judge(aged, at: time)
    }
}

extension Gate.Answer {
    /// Waits until this long after the end of the switch.
    static func pending(after time: Duration) -> Self { .pending(until: time) }

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
