import Docker
import DockerModel
import Glibc
import Linux
import Rules

extension Sample {
    /// What matters to the gate of what the Engine says; nil for a container that Compose did not make.
    init?(_ container: Container) {
        guard let service = container.labels.service else { return nil }
        self.init(
            container: container.id.rawValue,
            service: service.rawValue,
            imageID: container.imageID.rawValue,
            state: State(container.state.status),
            exitCode: container.state.exitCode,
            oomKilled: container.state.wasOutOfMemory,
            restarts: container.restartCount,
            startedAt: container.state.startedAt?.sinceEpoch,
            restartPolicy: RestartPolicy(container.restartPolicy),
            health: container.state.health.map { health in
                Health(status: Health.Status(health.status), allowance: container.healthcheck?.allowance ?? .zero)
            }
        )
    }
}

extension Sample.State {
    init(_ status: ContainerStatus) {
        self =
            switch status {
            case .created: .created
            case .running: .running
            case .paused: .paused
            case .restarting: .restarting
            case .removing: .removing
            case .exited: .exited
            case .dead: .dead
            }
    }
}

extension Sample.RestartPolicy {
    init(_ policy: RestartPolicy) {
        self =
            switch policy {
            case .no: .never
            case .onFailure: .onFailure
            case .always, .unlessStopped: .always
            }
    }
}

extension Sample.Health.Status {
    init(_ status: Docker.Health.Status) {
        self =
            switch status {
            case .starting: .starting
            case .healthy: .healthy
            case .unhealthy: .unhealthy
            }
    }
}

extension Healthcheck {
    /// The longest time from a container's start to its healthcheck's decision.
    var allowance: Duration {
        startPeriod + (interval + timeout) * retries
    }
}

extension Timestamp {
    /// The time since 1970-01-01T00:00:00Z.
    var sinceEpoch: Duration { .nanoseconds(nanoseconds) }

    /// By the host's clock, which is the Engine's.
    static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
