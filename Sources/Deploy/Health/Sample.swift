// Pure: values in, values out.

/// What the health gate knows of one container at one moment.
///
/// Moments are durations since the Unix epoch, by the Engine's clock, which is the host's.
package struct Sample: Equatable, Sendable {
    package enum State: String, Sendable, CaseIterable {
        case created, running, paused, restarting, removing, exited, dead
    }

    /// Whether the Engine starts the container again when it exits (Compose reference, `restart`).
    package enum RestartPolicy: Sendable, CaseIterable {
        /// `no`: it is meant to run once.
        case never
        /// `on-failure`: exit code 0 ends it for good.
        case onFailure
        /// `always` and `unless-stopped`.
        case always
    }

    /// What the container's own healthcheck says.
    package struct Health: Equatable, Sendable {
        package enum Status: Sendable, CaseIterable {
            case starting, healthy, unhealthy
        }

        package var status: Status
        /// How long the healthcheck may take to decide: start period, then interval and timeout for each retry.
        package var allowance: Duration

        package init(status: Status, allowance: Duration) {
            self.status = status
            self.allowance = allowance
        }
    }

    package var container: String
    package var service: String
    package var imageID: String
    package var state: State
    package var exitCode: Int
    package var oomKilled: Bool
    package var restarts: Int
    package var startedAt: Duration?
    package var restartPolicy: RestartPolicy
    /// Nil without a healthcheck.
    package var health: Health?

    package init(
        container: String,
        service: String,
        imageID: String,
        state: State,
        exitCode: Int = 0,
        oomKilled: Bool = false,
        restarts: Int = 0,
        startedAt: Duration? = nil,
        restartPolicy: RestartPolicy = .always,
        health: Health? = nil
    ) {
        self.container = container
        self.service = service
        self.imageID = imageID
        self.state = state
        self.exitCode = exitCode
        self.oomKilled = oomKilled
        self.restarts = restarts
        self.startedAt = startedAt
        self.restartPolicy = restartPolicy
        self.health = health
    }
}
