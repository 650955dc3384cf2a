/// A container in a list (`GET /containers/json`).
package struct ContainerSummary: Decodable, Hashable, Sendable {
    package let id: ContainerID
    /// The names without their leading slash.
    package let names: [String]
    /// The image's name or ID at the time when the container was created.
    package let image: String
    package let imageID: ImageID
    package let status: ContainerStatus
    package let labels: Labels
    package let mounts: [Mount]

    /// The names of the images that it mounts, as the Compose file wrote them.
    package var mountedImages: [ImageReference] {
        mounts.filter { $0.type == "image" }.compactMap { $0.name.map(ImageReference.init) }
    }

    /// The name to show, or the ID: a container that is being removed may have no names left.
    package var name: String { names.first ?? id.rawValue }

    package init(from decoder: any Decoder) throws {
        let summary = try decoder.members()
        id = try summary.value("Id")
        names = (try summary.optional("Names") ?? []).map(withoutSlash)
        image = try summary.value("Image")
        imageID = try summary.value("ImageID")
        status = try summary.value("State")
        labels = try summary.optional("Labels") ?? Labels(all: [:])
        mounts = try summary.optional("Mounts") ?? []
    }
}

/// A container's state in its life cycle.
package enum ContainerStatus: String, Codable, Sendable {
    case created, running, paused, restarting, removing, exited, dead

    /// Whether the container was started and has not ended for good.
    package var isUp: Bool { self == .running || self == .paused || self == .restarting }
}

/// One mount of a container.
package struct Mount: Decodable, Hashable, Sendable {
    /// `volume`, `bind`, `tmpfs`, ….
    package let type: String
    /// The volume's name, of which an anonymous one has 64 hexadecimal digits; the image's name.
    package let name: String?
    /// The path on the host.
    package let source: String?
    package let isWritable: Bool

    package init(from decoder: any Decoder) throws {
        let mount = try decoder.members()
        type = try mount.value("Type")
        name = try mount.optional("Name")
        source = try mount.optional("Source")
        isWritable = try mount.optional("RW") ?? true
    }
}

/// A container in full (`GET /containers/{id}/json`).
package struct Container: Hashable, Sendable {
    package let id: ContainerID
    /// The name without its leading slash.
    package let name: String
    /// The image that it runs.
    package let imageID: ImageID
    /// The image's name at the time when the container was created.
    package let image: ImageReference
    package let labels: Labels
    package let state: State
    /// How often the restart policy has restarted it.
    package let restartCount: Int
    package let restartPolicy: RestartPolicy
    /// Nil if the container has none.
    package let healthcheck: Healthcheck?
    /// Whether a port of it is to be reachable at the host.
    package let publishesPorts: Bool
    package let mounts: [Mount]
    /// Whether it has a terminal; its log is then one stream without frame headers.
    package let hasTerminal: Bool
    /// `json-file`, `local`, `journald`, …; only the first two write files in the Engine's root folder.
    package let logDriver: String

    package struct State: Hashable, Sendable {
        package let status: ContainerStatus
        /// The last exit code; 0 before the first exit.
        package let exitCode: Int
        /// Whether the kernel killed a process in it because memory ran out.
        package let wasOutOfMemory: Bool
        /// Nil if it was never started.
        package let startedAt: Timestamp?
        /// Why the Engine could not start it; empty if it could.
        package let error: String
        /// The healthcheck's results; nil without a healthcheck.
        package let health: ContainerHealth?
    }
}

extension Container: Decodable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.members()
        let config = try container.object("Config")
        let host = try container.optionalObject("HostConfig")
        let policy = try host?.optionalObject("RestartPolicy")
        id = try container.value("Id")
        name = withoutSlash(try container.value("Name"))
        imageID = try container.value("Image")
        image = try config.value("Image")
        labels = try config.optional("Labels") ?? Labels(all: [:])
        state = try container.value("State")
        restartCount = try container.count("RestartCount") ?? 0
        restartPolicy = RestartPolicy(
            name: try policy?.value("Name") ?? "",
            maximum: try policy?.count("MaximumRetryCount") ?? 0
        )
        healthcheck = try config.optionalObject("Healthcheck").flatMap(Healthcheck.init(engine:))
        let ports = try host?.optionalObject("PortBindings")?.allKeys ?? []
        publishesPorts = try !ports.isEmpty || host?.optional("PublishAllPorts") == true
        mounts = try container.optional("Mounts") ?? []
        hasTerminal = try config.optional("Tty") ?? false
        logDriver = try host?.optionalObject("LogConfig")?.optional("Type") ?? ""
    }
}

extension Container.State: Decodable {
    package init(from decoder: any Decoder) throws {
        let state = try decoder.members()
        status = try state.value("Status")
        exitCode = try state.exitCode("ExitCode") ?? 0
        wasOutOfMemory = try state.optional("OOMKilled") ?? false
        startedAt = try state.timestamp("StartedAt")
        error = try state.optional("Error") ?? ""
        health = try state.optionalObject("Health").flatMap(ContainerHealth.init)
    }
}

/// The Engine puts a slash before a container's name.
private func withoutSlash(_ name: String) -> String {
    name.hasPrefix("/") ? String(name.dropFirst()) : name
}
