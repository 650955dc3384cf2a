import Docker
import DockerModel
import Linux
import Logging
import Rules
import SystemPackage

extension Deployment {
    /// `docker compose pull --policy always`; then every image that the release needs is on the host, or this fails.
    ///
    /// - Parameter login: the Docker CLI's configuration, which is in a file for as long as the pull runs.
    /// - Returns: the release with its images, which now have names of berth's own too, so that no prune takes them.
    func pull(_ target: Target, _ login: [UInt8]?) async throws -> Target {
        try await context.imageLock.pull {
            try await fetch(target, login)
            return try await named(target)
        }
    }

    private func fetch(_ target: Target, _ login: [UInt8]?) async throws {
        guard let login else { return try await stream(target.compose.pull()) }
        try await withPrivateConfiguration(in: context.runtime, content: login) { folder in
            let environment = target.compose.environment.merging(["DOCKER_CONFIG": folder.string]) { $1 }
            let compose = Compose(directory: app.directory, environment: environment, file: target.compose.file)
            try await stream(compose.pull())
        }
    }

    private func named(_ target: Target) async throws -> Target {
        var release = target
        for service in target.model.services.keys {
            release.images[service] = try await keep(target.reference(service), of: service, target.engine)
        }
        record.services = release.images
        try refuseKnownBad(try releases())
        return release
    }

    /// Refuses the very release that was rolled back before.
    private func refuseKnownBad(_ releases: Releases) throws(Failure) {
        let digest = record.compose?.sha256
        guard let bad = releases.rolledBack(images: record.images, composeDigest: digest) else { return }
        guard !record.directives.isForced else {
            log.warning("\(name): forced, though #\(bad.number) was this release and was rolled back")
            return
        }
        throw Failure(
            "#\(bad.number) was the same release and was rolled back: \(bad.reason ?? "no reason on record")",
            hint: "drop a release that is mended, or this one with BERTH_FORCE=1",
            verdict: .refused
        )
    }

    /// Looks up what a service's image is, and names it for this deployment.
    private func keep(
        _ reference: ImageReference,
        of service: ServiceName,
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
        try await engine.tag(image.id, as: keepTag(service))
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
