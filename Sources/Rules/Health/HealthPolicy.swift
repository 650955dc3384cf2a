import DockerModel

/// A release's settings for its health gate (`x-berth.health`).
package struct HealthPolicy: Equatable, Sendable {
    /// How long the whole app may take; if nil, each container's own healthcheck decides.
    package var timeout: Duration?
    /// A container must have run for this long since its own start, if it has no healthcheck or was restarted.
    package var stable = Duration.seconds(10)
    /// Whether the first failing container ends the gate, before the deadline.
    package var failFast = true
    /// How long the whole app must stay ready.
    package var observe = Duration.zero
    /// How many restarts since the switch a container may have.
    package var restarts = 3

    package init() {}

    /// The longest time that a gate can take: each time in it is at most a day.
    package var limit: Duration { (timeout ?? (.day + Gate.margin) * 2) + observe }
}
