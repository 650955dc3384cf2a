import DockerModel

/// What the health gate knows about one container at one moment.
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
    /// When it was last started. It tells one start from another; the gate reckons no time from it.
    package var startedAt: Timestamp?
    /// How long before the look at the containers that was, as the wall clock says; negative for a start during the look. It is
    /// wrong if the clock was set since the start.
    package var age: Duration?
    package var restartPolicy = RestartPolicy.always
    /// Nil without a healthcheck.
    package var health: Health?
    package var publishesPorts = false
}

extension Sample {
    /// When the look at the containers began; nil for a container that has never started.
    package var taken: Timestamp? { startedAt.flatMap { start in age.map { start + $0 } } }

    /// Picks what the gate needs; nil if Compose did not create the container.
    ///
    /// - Parameter now: the time by the Engine's clock, which is the host's.
    package init?(_ container: Container, at now: Timestamp) {
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
            age: container.state.startedAt.map { now - $0 },
            restartPolicy: container.restartPolicy,
            health: container.state.health.map { health in
                Health(status: health.status, allowance: container.healthcheck?.allowance ?? .zero)
            },
            publishesPorts: container.publishesPorts
        )
    }
}
