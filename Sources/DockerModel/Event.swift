/// An event of a container (`GET /events`).
package struct Event: Hashable, Sendable {
    package enum Action: Hashable, Sendable {
        case create, start, restart, stop, kill, die, oom, pause, unpause, rename, destroy
        case healthStatus(ContainerHealth.Status)
        /// Any other action, such as `exec_die`.
        case other(String)
    }

    package let action: Action
    package let container: ContainerID
    /// By the Engine's clock.
    package let time: Timestamp
}

/// A name of an image may stand for another image now (`GET /events`).
package struct ImageEvent: Hashable, Sendable {
    /// As ``ImageReference/familiar``.
    package let name: ImageReference
    /// Whether a pull did that, and not a tag.
    package let isPull: Bool
    /// By the Engine's clock.
    package let time: Timestamp
}

extension ImageEvent: Decodable {
    package init(from decoder: any Decoder) throws {
        let event = try decoder.members()
        let actor = try event.object("Actor")
        isPull = try event.value("Action") as String == "pull"
        name = isPull ? try actor.value("ID") : try actor.object("Attributes").value("name")
        time = try event.moment
    }
}

extension Event: Decodable {
    package init(from decoder: any Decoder) throws {
        let event = try decoder.members()
        let actor = try event.object("Actor")
        action = Action(try event.value("Action"))
        container = try actor.value("ID")
        time = try event.moment
    }
}

extension KeyedDecodingContainer<Name> {
    /// When an event happened.
    fileprivate var moment: Timestamp {
        get throws { Timestamp(nanoseconds: Int64(try number("timeNano", in: 0...Int.max) ?? 0)) }
    }
}

extension Event.Action {
    private static let plain: [String: Event.Action] = [
        "create": .create, "start": .start, "restart": .restart, "stop": .stop, "kill": .kill, "die": .die,
        "oom": .oom, "pause": .pause, "unpause": .unpause, "rename": .rename, "destroy": .destroy,
    ]

    init(_ word: String) {
        let prefix = "health_status: "
        if word.hasPrefix(prefix), let status = ContainerHealth.Status(rawValue: String(word.dropFirst(prefix.count))) {
            self = .healthStatus(status)
        } else {
            self = Self.plain[word] ?? .other(word)
        }
    }
}

extension Event.Action {
    /// Whether the event may change the health gate's decision.
    package var concernsHealth: Bool {
        switch self {
        case .start, .restart, .stop, .die, .oom, .pause, .unpause, .destroy, .healthStatus: true
        case .create, .kill, .rename, .other: false
        }
    }
}
