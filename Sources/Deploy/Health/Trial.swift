import DockerModel
import Linux
import Rules

/// An app that has been switched, until its gate has decided.
struct Trial: Sendable {
    var gate: Gate
    /// When the switch ended: the zero of the gate's time.
    let began: EventLoopClock.Instant
    /// The containers that hooks had left before the switch.
    var hooksBefore: Set<ContainerID> = []
}

/// What there was of an app as its switch began.
struct Scene: Sendable {
    let samples: [Sample]
    let hooks: Set<ContainerID>
    let taken: EventLoopClock.Instant
}
