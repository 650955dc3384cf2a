import Docker
import DockerModel
import Rules

/// Holds the images of the way back: `docker image prune -a` takes images that have names alone, berth's own names too,
/// but none that a container was made from.
///
/// A hold is a container that is never started. A failure is only a warning: without holds, the way back is as safe as
/// its images' names.
struct Holds: Sendable {
    let app: AppName
    let session: EngineSession
    let log: DeploymentLog

    /// The label of a hold; its value is the app's name.
    private static let label = "berth.hold"

    /// Holds the images of a release, all at the same time, until ``release()``.
    ///
    /// - Parameter number: the deployment of that release.
    func take(_ images: [ImageUse: Record.Service], of number: Int) async {
        var held = await held()
        await withTaskGroup { group in
            for (use, image) in images.sorted(by: { $0.key < $1.key }) where held.insert(image.imageID).inserted {
                group.addTask {
                    do throws(EngineError) {
                        try await hold(image, as: PinTag.reference(app: app, use: use, number: number))
                    } catch {
                        log.warning("image \(image.image) of #\(number) is not held against a prune by hand: \(error)")
                    }
                }
            }
        }
    }

    private func hold(_ image: Record.Service, as pin: ImageReference) async throws(EngineError) {
        var found = try await session.find(pin)
        if found?.id != image.imageID {
            // A person, or a prune, has removed it.
            try await session.tag(image.imageID, as: pin)
            found = try await session.find(pin)
        }
        var source = pin
        if let digest = image.image.digest {
            // With the containerd image store, a prune leaves the one name that the container was made from, and berth
            // cannot give an image a name with a digest again.
            let name = ImageReference(rawValue: "\(image.image.repository)@\(digest)")
            if try await session.find(name)?.id == image.imageID { source = name }
        }
        // It would get those of its image, and Compose would take it for one of its own.
        var labels = (found?.labels ?? [:]).filter { $0.key.hasPrefix(Labels.compose) }.mapValues { _ in "" }
        labels[Self.label] = app.description
        try await session.createIdle(from: source, volumes: found?.volumes ?? [], labels: labels)
    }

    /// Removes these holds of the app.
    func remove(_ holds: [ContainerID]) async throws(EngineError) {
        for hold in holds { try await session.removeContainer(hold) }
    }

    /// The holds of each app on the host.
    static func all(_ session: EngineSession) async throws(EngineError) -> [AppName: [ContainerID]] {
        try await session.containers(label: label).reduce(into: [:]) { holds, container in
            guard let app = container.labels.all[label].flatMap({ AppName($0) }) else { return }
            holds[app, default: []].append(container.id)
        }
    }

    /// Removes all holds of the app.
    func release() async {
        do throws(EngineError) {
            try await remove(all().map(\.id))
        } catch {
            guard !Task.isCancelled else { return }
            log.warning("the containers that hold images could not be removed: \(error)")
        }
    }

    private func held() async -> Set<ImageID> { Set(((try? await all()) ?? []).map(\.imageID)) }

    private func all() async throws(EngineError) -> [ContainerSummary] {
        try await session.containers(label: Self.label, app.description).filter {
            // Removing any other container would be a disaster.
            $0.labels.all[Self.label] == app.description
        }
    }
}
