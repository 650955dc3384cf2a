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
    /// The images of the last good release.
    let former: [ImageUse: Record.Service]
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
    ///   - containers: those of the app.
    /// - Returns: the release with its images, of which all that are not in use are pinned; and the app as it is then.
    func run(
        _ release: Release,
        _ plan: PullPlan,
        _ login: [UInt8]?,
        beside containers: [ContainerSummary]
    ) async throws -> (Release, Scene) {
        try await tools.host.imageLock.pull(onWait: { tools.log.info("waiting for a prune of \($0)") }) {
            let references = release.model.images
            var images: [ImageReference: Image] = [:]
            if plan.isEmpty {
                tools.log.info("nothing to pull")
            } else {
                let brought = references.filter { plan.brings($0.value, of: release.model) }
                images = try await following(brought, beside: containers) {
                    try await fetch(plan, release.compose, login)
                }
            }
            let scene = try await HealthWatch(
                session: pins.session,
                project: release.model.name,
                host: tools.host,
                log: tools.log
            ).scene()
            let same = former.filter { use, image in
                use.isService && references[use] == image.image && image.digest != nil
                    && scene.names[use.service]?[image.image] == image.imageID
            }
            let others = references.filter { same[$0.key] == nil }
            let inUse = Set(scene.names.values.flatMap(\.values))
            images = try await pins.pinned(others, for: number, except: inUse, knowing: images)
            var release = release
            release.images = same.merging(try Self.services(others, images, plan, release.model)) { $1 }
            return (release, scene)
        }
    }

    /// Runs `body`, tells how many of the images it has pulled, and looks up and pins each new one as soon as the Engine has it,
    /// as long as the Engine tells.
    ///
    /// - Returns: those that were looked up.
    private func following(
        _ references: [ImageUse: ImageReference],
        beside containers: [ContainerSummary],
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws -> [ImageReference: Image] {
        let uses = references.reduce(into: [:]) { $0[$1.value, default: [ImageUse]()].append($1.key) }
        // What runs under its name is seldom new, and if it is, its container no longer shows the name.
        let known = Set(containers.namesInUse.values.flatMap(\.keys))
        note(Pulled(done: 0, all: uses.count))
        defer { note(nil) }
        let (namings, naming) = AsyncStream.makeStream(of: ImageEvent.self)
        return try await withThrowingTaskGroup(of: Void.self) { listener in
            listener.addTask {
                try await pins.session.withNamings { events throws(EngineError) in
                    for try await event in events { naming.yield(event) }
                }
            }
            defer { listener.cancelAll() }
            return try await withThrowingTaskGroup(of: (ImageReference, Image)?.self) { group in
                group.addTask {
                    defer { naming.finish() }
                    try await body()
                    return nil
                }
                var (rest, moved) = (Set(uses.keys), Set<ImageReference>())
                for await event in namings {
                    for reference in uses.keys where reference.familiar == event.name.familiar {
                        // An event with a time to come is from before the clock was set back.
                        guard event.isPull, event.time <= .now, rest.remove(reference) != nil else {
                            // The name may stand for another image now.
                            moved.insert(reference)
                            continue
                        }
                        guard !known.contains(reference) else { continue }
                        group.addTask {
                            // What fails is asked for again once all are pulled.
                            let image = try? await pins.pinned(reference, of: uses[reference] ?? [], for: number)
                            return image.flatMap { $0 }.map { (reference, $0) }
                        }
                    }
                    note(Pulled(done: uses.count - rest.count, all: uses.count))
                }
                return try await group.reduce(into: [:]) { images, found in
                    if let (reference, image) = found, !moved.contains(reference) { images[reference] = image }
                }
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
        let retry = Retry(clock: tools.host.clock, log: tools.log)
        do throws(CommandError) {
            if !plan.services.isEmpty {
                let pull = compose.pull(plan.isWhole ? [] : plan.services)
                try await retry.run { () async throws(CommandError) in try await tools.stream(pull) }
            }
            for image in plan.others {
                try await retry.run { () async throws(CommandError) in try await tools.stream(compose.pull(image)) }
            }
        } catch {
            throw Failure(error, of: .pullFailed)
        }
    }

    private static func services(
        _ references: [ImageUse: ImageReference],
        _ images: [ImageReference: Image],
        _ plan: PullPlan,
        _ model: ComposeModel
    ) throws(Failure) -> [ImageUse: Record.Service] {
        var services: [ImageUse: Record.Service] = [:]
        for (use, reference) in references.sorted(by: { $0.key < $1.key }) {
            guard let image = images[reference] else {
                throw Failure(
                    .imageMissing,
                    "image \(reference) of \(use.inWords)",
                    "is not on the host after the pull",
                    hint: """
                        berth builds no images: push it to a registry; or build it on the host before the drop, for a \
                        service with pull_policy: never
                        """
                )
            }
            services[use] = Record.Service(image, under: reference, isPulled: plan.brings(reference, of: model))
        }
        return services
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
        let tries = PassingTrouble.pauses.count + 1
        let pulls = max(1, others.count + (services.isEmpty ? 0 : 1))
        return ImageLock.patience + Compose.pullLimit * tries * pulls + .seconds(10 * 60)
    }
}
