import Docker
import DockerModel
import Linux
import Rules
import SystemPackage

/// `docker compose pull --policy always`; fails unless the host then has every image of the release.
struct Pull: Sendable {
    let number: Int
    let pins: Pins
    let tools: Tools
    /// Is told how far the pull is; nil once it is over.
    let note: @Sendable (Pulled?) -> Void

    /// What is to be pulled, given what the host has: an image that is named by its digest and is here already cannot
    /// change, and one of a volume or a hook that was built here is in no registry.
    ///
    /// - Parameter present: the images of the release that are on the host.
    func plan(_ release: Release, _ present: [ImageReference: Image]) async throws(EngineError) -> PullPlan {
        var settled: Set<ImageReference> = []
        for (use, reference) in release.model.images {
            guard let image = present[reference] else { continue }
            if reference.digest != nil {
                settled.insert(reference)
            } else if !use.isService, try await isLocal(image) {
                settled.insert(reference)
            }
        }
        return PullPlan(release.model, settled: settled)
    }

    /// Whether the image was made on this host, as far as the Engine tells.
    private func isLocal(_ image: Image) async throws(EngineError) -> Bool {
        if let isFromRegistry = image.names.isFromRegistry { return !isFromRegistry }
        return try await pins.session.isPulled(image.id) == false
    }

    /// - Parameters:
    ///   - login: the Docker CLI's configuration, which is in a file only during the pull.
    ///   - running: images that containers of the app have, so that no prune removes them.
    /// - Returns: the release with its images; all others are pinned, which does the same for them.
    func run(
        _ release: Release,
        _ plan: PullPlan,
        _ login: [UInt8]?,
        beside running: Set<ImageID>
    ) async throws -> Release {
        try await tools.host.imageLock.pull(onWait: { tools.log.info("waiting for a prune of \($0)") }) {
            if plan.isEmpty {
                tools.log.info("nothing to pull")
            } else {
                let brought = release.model.images.values.filter { plan.brings($0, of: release.model) }
                try await counting(Set(brought)) { try await fetch(plan, release.compose, login) }
            }
            var release = release
            release.images = try await pinned(release.model, plan, beside: running)
            return release
        }
    }

    /// Runs `body`, and tells how many of the images it has pulled, as long as the Engine tells.
    private func counting(_ images: Set<ImageReference>, _ body: () async throws -> Void) async throws {
        note(Pulled(done: 0, all: images.count))
        defer { note(nil) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await count(images) }
            defer { group.cancelAll() }
            try await body()
        }
    }

    private func count(_ images: Set<ImageReference>) async throws(EngineError) {
        try await pins.session.withPulls { pulls throws(EngineError) in
            var rest = images
            for try await pull in pulls where rest.contains(where: { $0.familiar == pull.image }) {
                rest = rest.filter { $0.familiar != pull.image }
                note(Pulled(done: images.count - rest.count, all: images.count))
            }
        }
    }

    private func fetch(_ plan: PullPlan, _ compose: Compose, _ login: [UInt8]?) async throws {
        guard let login else { return try await fetch(plan, compose) }
        try await withPrivateConfiguration(in: tools.host.runtime, content: login) { folder in
            try await fetch(plan, compose.adding(["DOCKER_CONFIG": folder.string]))
        }
    }

    private func fetch(_ plan: PullPlan, _ compose: Compose) async throws(Failure) {
        do throws(CommandError) {
            if !plan.services.isEmpty { try await tools.stream(compose.pull(plan.isWhole ? [] : plan.services)) }
            for image in plan.others { try await tools.stream(compose.pull(image)) }
        } catch {
            throw Failure(error, of: .pullFailed)
        }
    }

    /// Looks up the images, all at the same time, and pins those for this deployment that do not run.
    private func pinned(
        _ model: ComposeModel,
        _ plan: PullPlan,
        beside running: Set<ImageID>
    ) async throws -> [ImageUse: Record.Service] {
        try await withThrowingTaskGroup(of: (ImageUse, Record.Service).self) { group in
            for (use, reference) in model.images {
                let isPulled = plan.brings(reference, of: model)
                group.addTask {
                    let image = try await image(reference, of: use)
                    if !running.contains(image.id) { try await pins.pin(image, of: use, for: number) }
                    return (use, Record.Service(image, under: reference, isPulled: isPulled))
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    private func image(_ reference: ImageReference, of use: ImageUse) async throws -> Image {
        if let image = try await pins.session.find(reference) { return image }
        throw Failure(
            .imageMissing,
            "image \(reference) of \(use.inWords)",
            "is not on the host after the pull",
            hint: """
                berth builds no images: push it to a registry; or build it on the host before the drop, for a service \
                with pull_policy: never
                """
        )
    }
}

extension Record.Service {
    fileprivate init(_ image: Image, under reference: ImageReference, isPulled: Bool) {
        let isKnown = isPulled || reference.digest != nil || image.names.isFromRegistry == true
        let digest = image.repoDigests.first { $0.repository == reference.repository } ?? image.repoDigests.first
        self.init(
            image: reference,
            imageID: image.id,
            digest: isKnown ? digest?.rawValue : nil,
            source: image.labels[Labels.source],
            revision: image.labels[Labels.revision]
        )
    }
}

extension PullPlan {
    /// How long a pull by this plan may take, with the wait for a prune and the look at the images afterwards.
    var limit: Duration {
        ImageLock.patience + Compose.pullLimit * max(1, others.count + (services.isEmpty ? 0 : 1)) + .seconds(10 * 60)
    }
}
