/// Something that happened to a container.
package struct Event: Hashable, Sendable {
    package enum Action: Hashable, Sendable {
        case create, start, restart, stop, kill, die, oom, pause, unpause, rename, destroy
        case healthStatus(ContainerHealth.Status)
        /// Any other word of the Engine's, such as `exec_die`.
        case other(String)
    }

    package let action: Action
    package let container: ContainerID
    /// The container's labels, and what belongs to the action: `exitCode`, `signal`, `name`, `image`.
    package let attributes: [String: String]
    /// When, by the Engine's clock.
    package let time: Timestamp

    /// The labels by which Compose knows the container.
    package var labels: Labels { Labels(all: attributes) }
}

extension Event: Decodable {
    package init(from decoder: any Decoder) throws {
        let event = try decoder.members()
        let actor = try event.object("Actor")
        action = Action(try event.value("Action"))
        container = try actor.value("ID")
        attributes = try actor.optional("Attributes") ?? [:]
        time = Timestamp(nanoseconds: try event.value("timeNano"))
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
    /// Whether the health gate may decide otherwise after it.
    package var concernsHealth: Bool {
        switch self {
        case .start, .restart, .stop, .die, .oom, .pause, .unpause, .destroy, .healthStatus: true
        case .create, .kill, .rename, .other: false
        }
    }
}
