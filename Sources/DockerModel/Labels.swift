/// A container's labels. berth finds containers by Compose's labels, since `up` changes names and IDs.
package struct Labels: Hashable, Sendable {
    /// What the names of Compose's labels begin with.
    package static let compose = "com.docker.compose."
    package static let project = compose + "project"
    /// Where an image's source is, and the commit that it was built from; its containers have both too.
    package static let source = "org.opencontainers.image.source"
    package static let revision = "org.opencontainers.image.revision"

    /// All labels, not only Compose's.
    package let all: [String: String]

    package init(all: [String: String]) {
        self.all = all
    }

    /// The project; nil if Compose did not create the container.
    package var project: ProjectName? { all[Self.project].map(ProjectName.init) }
    /// The project's folder, as it was given to Compose.
    package var directory: String? { all["com.docker.compose.project.working_dir"] }
    /// The Compose file, or several with commas, from which Compose made the container.
    package var composeFile: String? { all["com.docker.compose.project.config_files"] }
    /// The service within the project.
    package var service: ServiceName? { all["com.docker.compose.service"].map(ServiceName.init) }
    /// The hook of the service (`pre_start`) for which Compose created the container; nil for any other container.
    package var hook: String? { all["com.docker.compose.hook"] }
    /// Whether the container is one of those that its service consists of, and not one that ran a single command.
    ///
    /// Project and service do not tell: `docker compose build` gives them to the image, and the Engine gives each container
    /// the labels of its image.
    package var isReplica: Bool { all["com.docker.compose.oneoff"] == "False" && hook == nil }
}

extension Labels: Decodable {
    package init(from decoder: any Decoder) throws {
        all = try [String: String](from: decoder)
    }
}
