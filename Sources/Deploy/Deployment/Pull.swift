import Docker
import Logging
import SystemPackage

extension Deployment {
    /// `docker compose pull --policy always`; then every image that the release needs is on the host, or this fails.
    ///
    /// - Parameter login: the Docker CLI's configuration, which is in a file for as long as the pull runs.
    func pull(_ target: Target, _ login: [UInt8]?) async throws {
        try await context.imageLock.pull { () async throws in
            guard let login else { return try await stream(target.compose.pull()) }
            try await withPrivateConfiguration(in: context.runtime, content: login) { folder in
                let environment = target.compose.environment.merging(["DOCKER_CONFIG": folder.string]) { $1 }
                try await stream(Compose(directory: app.directory, environment: environment).pull())
            }
        }
        for (service, definition) in target.model.services {
            // What Compose calls the image of a service that only has a `build`.
            let image = definition.image ?? ImageReference(rawValue: "\(target.model.name)-\(service)")
            record.services[service] = try await release(of: service, image, target.engine)
        }
    }

    private func release(
        of service: ServiceName,
        _ reference: ImageReference,
        _ engine: Engine
    ) async throws -> Record.Release {
        let image: Image
        do throws(EngineError) {
            image = try await engine.image(reference.rawValue)
        } catch {
            guard error.isNotFound else { throw error }
            throw Failure(
                "image \(reference) of service \(service) is not on the host after the pull",
                hint: "berth builds no images: push it to a registry, or build it on the host before the drop"
            )
        }
        let digest = image.repoDigests.first { $0.repository == reference.repository } ?? image.repoDigests.first
        return Record.Release(
            image: reference,
            imageID: image.id,
            digest: digest?.rawValue,
            source: image.labels["org.opencontainers.image.source"],
            revision: image.labels["org.opencontainers.image.revision"]
        )
    }
}
