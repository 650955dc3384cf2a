/// The labels that Compose puts on containers, by which all of them are found; names and IDs change under `up`.
package struct Labels: Hashable, Sendable {
    package static let project = "com.docker.compose.project"

    /// All labels, also those that are not Compose's.
    package let all: [String: String]

    package init(all: [String: String]) {
        self.all = all
    }

    /// The project, nil for a container that Compose did not make.
    package var project: ProjectName? { all[Self.project].map(ProjectName.init) }
    /// The project's folder as Compose was given it.
    package var directory: String? { all["com.docker.compose.project.working_dir"] }
    /// The service within the project.
    package var service: ServiceName? { all["com.docker.compose.service"].map(ServiceName.init) }
    /// Whether `compose run` made the container, for one command.
    package var isOneOff: Bool { all["com.docker.compose.oneoff"] == "True" }
}

extension Labels: Decodable {
    package init(from decoder: any Decoder) throws {
        all = try [String: String](from: decoder)
    }
}
