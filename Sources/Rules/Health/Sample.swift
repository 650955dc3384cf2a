import DockerModel

/// What the health gate knows about one container at one moment.
///
/// All times are by the Engine's clock, which is the host's.
package struct Sample: Equatable, Sendable {
    /// The result of the container's own healthcheck.
    package struct Health: Equatable, Sendable {
        package var status: ContainerHealth.Status
        /// How long the healthcheck may take to decide: start period, then interval and timeout for each retry.
        package var allowance: Duration
    }

    package var container: ContainerID
    package var service: ServiceName
    package var imageID: ImageID
    package var state: ContainerStatus
    package var exitCode = 0
    package var oomKilled = false
    package var restarts = 0
    package var startedAt: Timestamp?
    package var restartPolicy = RestartPolicy.always
    /// Nil without a healthcheck.
    package var health: Health?
}

extension Sample {
    /// Picks what the gate needs; nil if Compose did not create the container.
    package init?(_ container: Container) {
        guard let service = container.labels.service else { return nil }
        self.init(
            container: container.id,
            service: service,
            imageID: container.imageID,
            state: container.state.status,
            exitCode: container.state.exitCode,
            oomKilled: container.state.wasOutOfMemory,
            restarts: container.restartCount,
            startedAt: container.state.startedAt,
            restartPolicy: container.restartPolicy,
            health: container.state.health.map { health in
                Health(status: health.status, allowance: container.healthcheck?.allowance ?? .zero)
            }
        )
    }
}
