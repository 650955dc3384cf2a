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
    /// The images of the services' own containers that run, by the names that they were made from, as far as these names
    /// still stand for them.
    let names: [ServiceName: [ImageReference: ImageID]]
    let hooks: Set<ContainerID>
    let taken: EventLoopClock.Instant
}
