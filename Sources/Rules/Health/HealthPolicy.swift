/// A release's settings for its health gate (`x-berth.health`).
package struct HealthPolicy: Equatable, Sendable {
    /// How long the whole app may take; if nil, each container's own healthcheck decides.
    package var timeout: Duration?
    /// A container without a healthcheck must have run for this long since its own start.
    package var stable = Duration.seconds(10)
    /// Whether the first failing container ends the gate, before the deadline.
    package var failFast = true
    /// How long the whole app must stay ready.
    package var observe = Duration.zero

    package init() {}
}
