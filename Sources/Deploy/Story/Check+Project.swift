import Docker
import DockerModel
import Linux
import Rules
import SystemPackage

/// One project, one folder, one app: Compose would remove the containers of another one as orphans.
extension Check {
    /// The containers of the last good release's project, as they are while Compose tells the name of this one's.
    func containers(of project: ProjectName?, _ session: EngineSession) async -> [ContainerSummary]? {
        guard let project else { return nil }
        return try? await session.containers(project: project)
    }

    /// - Parameters:
    ///   - good: the record of the last good release.
    ///   - known: the containers of its project; nil if they are not known.
    /// - Returns: the project's containers.
    func ownProject(
        _ project: ProjectName,
        since good: Record?,
        _ session: EngineSession,
        known: [ContainerSummary]? = nil
    ) async throws -> [ContainerSummary] {
        let isSame = good?.project == project
        let containers = if isSame, let known { known } else { try await session.containers(project: project) }
        for container in containers {
            guard let folder = container.labels.directory, !isOwn(folder) else { continue }
            throw Failure(
                .projectTaken,
                "project \(project)",
                "has containers of another folder, \(folder)",
                hint: """
                    give one of the two a name of its own (name: in its Compose file), or, if the app's folder was moved, \
                    remove the old containers once: docker compose --project-name \(project) down
                    """
            )
        }
        for other in neighbours.apps(with: project) {
            log.warning("app \(other) has the project \(project) too: give one of the two a name of its own")
        }
        guard let old = good?.project, old != project else { return containers }
        let left = try await session.containers(project: old).contains { container in
            container.labels.isReplica && container.labels.directory.map(isOwn) ?? true
        }
        guard left else { return containers }
        throw Failure(
            .projectRenamed,
            "project \(project)",
            "was \(old) in the last good release, which would go on beside it",
            hint: "put the old name back, or remove the app first: docker compose --project-name \(old) down"
        )
    }

    private func isOwn(_ folder: String) -> Bool {
        let own = try? File.resolved(app.directory)
        return folder == app.directory.string || (own != nil && (try? File.resolved(FilePath(folder))) == own)
    }
}

/// The other apps of the settings.
struct Neighbours: Sendable {
    private let names: [AppName]
    private let host: Host

    init(of app: AppSettings, in settings: Settings, _ host: Host) {
        names = settings.apps.keys.filter { $0 != app.name }
        self.host = host
    }

    /// Those whose last known project is this one, sorted.
    func apps(with project: ProjectName) -> [AppName] {
        names.filter { host.projects.project(of: $0, Store(app: $0, state: host.state)) == project }.sorted()
    }
}
