/// A container in a list (`GET /containers/json`).
package struct ContainerSummary: Decodable, Hashable, Sendable {
    package let id: ContainerID
    /// The names without their leading slash.
    package let names: [String]
    /// What the container was made from, as it was named then.
    package let image: String
    package let imageID: ImageID
    package let status: ContainerStatus
    package let labels: Labels
    package let mounts: [Mount]

    /// By which people know it: one that is being removed may have lost its names.
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

/// Where a container stands in its life.
package enum ContainerStatus: String, Codable, Sendable {
    case created, running, paused, restarting, removing, exited, dead
}

/// What a container has mounted.
package struct Mount: Decodable, Hashable, Sendable {
    /// `volume`, `bind`, `tmpfs`, ….
    package let type: String
    /// The volume's name; an anonymous one has 64 hexadecimal digits.
    package let name: String?
    /// The path on the host.
    package let source: String?
    /// The path in the container.
    package let destination: String

    package init(from decoder: any Decoder) throws {
        let mount = try decoder.members()
        type = try mount.value("Type")
        name = try mount.optional("Name")
        source = try mount.optional("Source")
        destination = try mount.value("Destination")
    }
}

/// A container in full (`GET /containers/{id}/json`).
package struct Container: Hashable, Sendable {
    package let id: ContainerID
    /// The name without its leading slash.
    package let name: String
    /// The image that it runs.
    package let imageID: ImageID
    /// What the image was called when the container was made.
    package let image: ImageReference
    package let labels: Labels
    package let state: State
    /// How often the restart policy has started it again.
    package let restartCount: Int
    package let restartPolicy: RestartPolicy
    /// How its health is probed; nil when it is not.
    package let healthcheck: Healthcheck?
    package let mounts: [Mount]
    /// Whether it has a terminal: its log then is one stream without headers.
    package let hasTerminal: Bool
    /// Where its log goes, `json-file`, `local`, `journald`, …; only the first two are files in the Engine's root folder.
    package let logDriver: String

    package struct State: Hashable, Sendable {
        package let status: ContainerStatus
        /// True also while it is paused or between two restarts.
        package let isRunning: Bool
        /// The code of the last end; 0 while there has been none.
        package let exitCode: Int
        /// Whether the kernel killed something in it for want of memory.
        package let wasOutOfMemory: Bool
        /// Nil when it has never been started.
        package let startedAt: Timestamp?
        /// Why the Engine could not start it; empty when it could.
        package let error: String
        /// What the probes found; nil without a healthcheck.
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
        restartCount = try container.optional("RestartCount") ?? 0
        restartPolicy = RestartPolicy(
            name: try policy?.value("Name") ?? "",
            maximum: try policy?.optional("MaximumRetryCount") ?? 0
        )
        healthcheck = try config.optionalObject("Healthcheck").flatMap(Healthcheck.init)
        mounts = try container.optional("Mounts") ?? []
        hasTerminal = try config.optional("Tty") ?? false
        logDriver = try host?.optionalObject("LogConfig")?.optional("Type") ?? ""
    }
}

extension Container.State: Decodable {
    package init(from decoder: any Decoder) throws {
        let state = try decoder.members()
        status = try state.value("Status")
        isRunning = try state.value("Running")
        exitCode = try state.value("ExitCode")
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
