import Docker
import DockerModel
import Linux
import Rules
import SystemPackage

/// `docker compose pull --policy always`; fails unless the host then has every image of the release.
struct Pull: Sendable {
    let app: AppSettings
    let number: Int
    let pins: Pins
    let tools: Tools

    /// - Parameter login: the Docker CLI's configuration, which is in a file only during the pull.
    /// - Returns: the release with its images, which are pinned so that no prune removes them.
    func run(_ release: Release, _ login: [UInt8]?) async throws -> Release {
        try await tools.host.imageLock.pull(onWait: { tools.log.info("waiting for a prune of \($0)") }) {
            try await fetch(release.compose, login)
            var release = release
            for service in release.model.services.keys {
                release.images[service] = try await pinned(release.reference(service), of: service)
            }
            return release
        }
    }

    private func fetch(_ compose: Compose, _ login: [UInt8]?) async throws {
        guard let login else { return try await pull(compose) }
        try await withPrivateConfiguration(in: tools.host.runtime, content: login) { folder in
            let environment = compose.environment.merging(["DOCKER_CONFIG": folder.string]) { $1 }
            let own = Compose(directory: app.directory, environment: environment, file: compose.file)
            try await pull(own)
        }
    }

    private func pull(_ compose: Compose) async throws(Failure) {
        do throws(CommandError) {
            try await tools.stream(compose.pull())
        } catch {
            throw Failure(error, of: .pullFailed)
        }
    }

    /// Looks up a service's image, and pins it for this deployment.
    private func pinned(_ reference: ImageReference, of service: ServiceName) async throws -> Record.Service {
        let image: Image
        do throws(EngineError) {
            image = try await pins.session.image(reference.rawValue)
        } catch {
            guard error.isNotFound else { throw error }
            throw Failure(
                .imageMissing,
                "image \(reference) of service \(service)",
                "is not on the host after the pull",
                hint: "berth builds no images: push it to a registry, or build it on the host before the drop"
            )
        }
        try await pins.pin(image.id, of: service, for: number)
        let digest = image.repoDigests.first { $0.repository == reference.repository } ?? image.repoDigests.first
        return Record.Service(
            image: reference,
            imageID: image.id,
            digest: digest?.rawValue,
            source: image.labels["org.opencontainers.image.source"],
            revision: image.labels["org.opencontainers.image.revision"]
        )
    }
}
