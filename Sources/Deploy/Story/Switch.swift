import Docker
import DockerModel
import Linux
import Rules

/// `docker compose up -d --remove-orphans`: the switch.
struct Switch: Sendable {
    let release: Release
    /// The images that the app runs now, as far as berth knows.
    let former: [ImageUse: ImageID]
    let session: EngineSession
    let tools: Tools
    /// The services that the last good release is known to have kept running.
    var longRunning: Set<ServiceName> = []

    /// Prepares the switch: tags the release's own images with the names in the Compose file, where other images have
    /// these names now, or none.
    ///
    /// - Parameter scene: the app as it is, if the images have just been found under these names. The gate sees it if one has
    ///   moved since.
    func prepare(after scene: Scene? = nil) async throws -> Ready {
        // If Compose has disappeared since the checks, the switch never begins, and the app is untouched.
        try release.compose.up(within: release.upLimit).requireProgram()
        if let scene { return Ready(scene: scene, nameless: [:]) }
        // It may be the only attempt to go back, and what is asked here changes nothing that runs. A request that hangs takes half
        // a minute.
        return try await tools.host.patiently(within: .seconds(120), tools.log) { () async throws(EngineError) in
            try await makeReady()
        }
    }

    private func makeReady() async throws(EngineError) -> Ready {
        for entry in release.namePlan.entries {
            let now = try? await session.find(entry.reference)
            if now?.id == entry.imageID { continue }
            let users = now == nil ? [] : await users(of: entry)
            try await session.tag(entry.imageID, as: entry.reference)
            warn(users, entry)
        }
        return Ready(scene: try await watch.scene(), nameless: try await nameless())
    }

    /// What a switch knows before it begins.
    struct Ready: Sendable {
        /// The app before the switch.
        let scene: Scene
        /// The services whose images are given by ID.
        let nameless: [ServiceName: ImageID]
    }

    /// The containers of other projects that were made from the image that has the name now.
    private func users(of entry: NamePlan.Entry) async -> [ContainerSummary] {
        ((try? await session.containers()) ?? []).filter { container in
            container.image == entry.reference.rawValue && container.imageID != entry.imageID
                && container.labels.isReplica && container.labels.project != release.model.name
        }
    }

    /// A name is the whole host's. Compose makes a container of another project anew, at its next `up`, if the name that it
    /// was made from has moved.
    private func warn(_ users: [ContainerSummary], _ entry: NamePlan.Entry) {
        guard !users.isEmpty else { return }
        let names = users.map { "\($0.name) of project \($0.labels.project?.rawValue ?? "")" }
        tools.log.warning(
            """
            the name \(entry.reference) stands for another image on this host from now on, and other projects use it: \
            \(names.sorted().joined(separator: ", ")); pull it before the next docker compose up there
            """
        )
    }

    /// Switches. A stop of the agent does not cut this short, because that would leave a half-switched app.
    ///
    /// - Parameters:
    ///   - changed: the files of the release that have changed since the app was started last.
    ///   - files: the files of the release.
    /// - Returns: the trial that the app must pass.
    func run(_ ready: Ready, changed: Set<ReleasePath>, in files: Snapshot) async throws(Failure) -> Trial {
        let (before, images) = (ready.scene, ready.nameless)
        await removeHalfMade(before.samples)
        let placed = images.isEmpty ? nil : try PlacedOverride(ComposeOverride(images: images), in: tools.host)
        defer { placed?.remove() }
        let compose = release.compose.merging(placed)
        do throws(CommandError) {
            try await tools.streamUnbroken(compose.up(within: release.upLimit))
            let stale = await stale(before.samples)
            if !stale.isEmpty { try await tools.streamUnbroken(compose.recreate(stale)) }
            try await restart(release.files.services(mounting: changed, in: files), before.samples, compose)
        } catch {
            throw Failure(error, of: .upFailed).with(await evidence(trial(before)))
        }
        return trial(before)
    }

    /// Removes what an `up` that was cut short has left beside the containers that it was to replace: Compose takes it for a
    /// second container of the service, removes the one that runs, and then fails because of its name (seen with Compose 2.26).
    /// A stop of the agent does not cut this short either, since the switch follows.
    private func removeHalfMade(_ samples: [Sample]) async {
        guard samples.contains(where: { $0.state == .created }) else { return }
        do {
            try await tools.unbroken {
                try await tools.host.patiently(within: .seconds(120), tools.log) { () async throws(EngineError) in
                    for container in try await session.containers(project: release.model.name).halfMade {
                        try await session.removeContainer(container.id)
                        tools.log.info("removed \(container.name), which was made for a switch and never started")
                    }
                }
            }
        } catch {
            tools.log.warning("what a switch has made and not started stays: \(error)")
        }
    }

    /// The services whose images have lost the digest by which the Compose file names them: a prune by hand takes it from a
    /// held image of the Engine's own store, and none can be given.
    private func nameless() async throws(EngineError) -> [ServiceName: ImageID] {
        var nameless: [ServiceName: ImageID] = [:]
        for (use, image) in release.images where use.isService {
            guard let name = release.model.images[use], name.digest != nil else { continue }
            // Without an answer, nothing is known: by ID, `up` would make containers anew that have not changed.
            if try await session.find(name)?.id == image.imageID { continue }
            nameless[use.service] = image.imageID
        }
        return nameless
    }

    /// The services whose containers `up` has left as they were, though the image of a volume has changed under its name.
    /// Compose notices that from 5.0 on.
    private func stale(_ before: [Sample]) async -> [ServiceName] {
        let changed = release.images.filter { !$0.key.isService && former[$0.key] != $0.value.imageID }
        guard !changed.isEmpty, let after = try? await watch.samples() else { return [] }
        let old = Set(before.map(\.container))
        let left = Set(after.filter { old.contains($0.container) }.map(\.service))
        return Set(changed.keys.map(\.service)).intersection(left).sorted()
    }

    /// Starts services again whose files have changed, and whose containers Compose left as they were.
    private func restart(
        _ services: Set<ServiceName>,
        _ before: [Sample],
        _ compose: Compose
    ) async throws(CommandError) {
        guard !services.isEmpty else { return }
        let started = Dictionary(before.map { ($0.container, $0.startedAt) }) { one, _ in one }
        let same = ((try? await watch.samples()) ?? before).filter { started[$0.container] == $0.startedAt }
        let stale = services.intersection(same.map(\.service))
        guard !stale.isEmpty else { return }
        tools.log.info(
            "starts again, because its files have changed: \(stale.sorted().map(\.rawValue).joined(separator: ", "))"
        )
        try await tools.streamUnbroken(compose.restart(stale))
    }

    private var watch: HealthWatch {
        HealthWatch(session: session, project: release.model.name, host: tools.host, log: tools.log)
    }

    private func trial(_ before: Scene) -> Trial {
        let now = tools.host.clock.now
        let gate = Gate(
            expected: expectations(before),
            policy: release.policy.health,
            before: before.samples,
            switchTook: before.taken.duration(to: now)
        )
        return Trial(gate: gate, began: now, hooksBefore: before.hooks)
    }

    /// A service that ran in the last good release and did so until the switch is a server, and must not end.
    private func expectations(_ before: Scene) -> [ServiceName: Gate.Expectation] {
        let running = longRunning.intersection(before.samples.filter(\.state.isUp).map(\.service))
        var expectations = release.expectations
        for service in running { expectations[service]?.isLongRunning = true }
        return expectations
    }

    /// Compose waits for a service that others depend on, and fails if it fails: the containers tell why.
    private func evidence(_ trial: Trial) async -> [Evidence] {
        var gate = trial.gate
        let reader = EvidenceReader(session: session, tools: tools)
        let now = trial.began.duration(to: tools.host.clock.now)
        var findings: [Gate.Finding] = []
        if let samples = try? await watch.samples(), case .unhealthy(let found) = gate.judge(samples, at: now) {
            findings = found
        }
        return await reader.evidence(findings, of: release.model.name, since: trial)
    }
}
