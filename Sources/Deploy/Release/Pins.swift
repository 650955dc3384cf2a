import Docker
import DockerModel
import Rules

/// berth's own tags: they pin a release's images to the host after the images' own tags have moved on.
struct Pins: Sendable {
    let app: AppName
    let session: EngineSession
    let log: DeploymentLog

    func pin(_ image: ImageID, of service: ServiceName, for number: Int) async throws(EngineError) {
        try await session.tag(image, as: PinTag.reference(app: app, service: service, number: number))
    }

    /// Pins the images that are on the host already and that the release may be made of, before a prune can take them for
    /// unused: a pull brings those that a registry has, but not what was built on the host.
    func pinPresent(_ release: Release, for number: Int) async throws(EngineError) {
        for service in release.model.services.keys {
            do throws(EngineError) {
                let image = try await session.image(release.reference(service).rawValue)
                try await pin(image.id, of: service, for: number)
            } catch {
                // It is not there, or no image can have that name, of which the pull will complain.
                guard case .refused(_, status: 400..<500, _) = error else { throw error }
            }
        }
    }

    /// The app's pins that no kept release and no deployment under way needs; none if the history is not complete.
    func loose(_ history: History, keep: Int) async throws(EngineError) -> [ImageReference] {
        guard history.isComplete else { return [] }
        let kept = history.kept(keep).union(history.undecided)
        return try await session.images().flatMap(\.repoTags).filter { tag in
            guard let (owner, number) = PinTag.parse(tag), owner == app else { return false }
            return !kept.contains(number)
        }
    }

    /// Removes a pin, and with it the image if it has no other name; a container's image stays.
    func unpin(_ pin: ImageReference) async throws(EngineError) {
        do throws(EngineError) {
            try await session.removeImage(pin.rawValue)
        } catch {
            guard !error.isOutage else { throw error }
            // A container still needs the image, and this is its last name.
            log.debug("\(pin) stays: \(error)")
        }
    }
}
