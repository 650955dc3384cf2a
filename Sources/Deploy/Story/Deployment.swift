import Docker
import DockerModel
import Rules

/// One drop on its way to a verdict, in the order of `deploy.sh`.
struct Deployment: Sendable {
    let app: AppSettings
    let settings: Settings
    let drop: Drop
    /// When it came into the spool.
    let placed: Timestamp
    /// The app's history up to this deployment.
    let history: History
    let host: Host
    let store: Store
    let ledger: Ledger
    /// Gives the histories of all apps on the host, for the disk guard.
    let histories: Histories
    /// The record that an earlier agent left without a verdict; nil for a new drop.
    let interrupted: Record?

    /// Runs the deployment from the checks, or from the phase in which an earlier agent ended.
    ///
    /// - Parameter failure: why that phase counts as failed and is not run again.
    /// - Returns: the record with its verdict; nil if the agent was stopped, and the next one goes on.
    func run(from start: Phase = .check, failed failure: Failure? = nil) async -> Record? {
        var found: Checked?
        do throws(Setback) {
            if let failure { throw .failed(start, failure) }
            // Going back needs nothing of the release that is given up.
            if start == .rollback, let interrupted { throw .failed(.health, interrupted.failure) }
            let question = start < .before && !isRollback ? CredentialQuestion(drop.credential, host) : nil
            defer { question?.drop() }
            let checked = try await check(from: start, question)
            found = checked
            let isPulled = start < .before && !isRollback
            let (release, scene) = isPulled ? try await bring(checked, question) : (checked.release, nil)
            let steps = start <= .before && !isRollback ? release.policy.steps(.before) : []
            try await perform(steps, in: .before, of: release, checked.session)
            // Steps take so long that the app may be another one afterwards. And only of a service's own image, the gate sees
            // that its name has moved.
            let isFresh = steps.isEmpty && release.images.keys.allSatisfy(\.isService)
            let running = try await goLive(release, checked, after: isFresh ? scene : nil)
            try await phase(.settle) { _ in }
            return await conclude(.deployed, nil, found, running: running)
        } catch {
            return await end(error, found, start)
        }
    }

    /// Runs login, room and pull; a failure leaves the app unchanged.
    ///
    /// - Returns: the release, and the app as it was once its images were there.
    private func bring(
        _ checked: Checked,
        _ question: CredentialQuestion?
    ) async throws(Setback) -> (Release, Scene?) {
        let session = checked.session
        let (plan, login) = try await phase(.login) { tools in
            let plan = try await pull(session, tools).plan(checked.release, checked.present)
            // Without a pull, a registry that does not answer is no obstacle.
            let credential = plan.isEmpty ? nil : drop.credential
            let login = Login(credential: credential, question: question, host: host, log: tools.log)
            return (plan, try await login.run(session))
        }
        try await phase(.room) { tools in
            if let disk = await diskGuard(session, checked.info, tools.log) {
                try await Room(disk: disk, settings: settings.disk, log: tools.log).run()
            }
            let outputs = checked.release.policy.steps.compactMap(\.output)
            try Backups(folder: app.backups).requireRoom(for: outputs, at: ledger.number, refuse: settings.disk.refuse)
        }
        return try await phase(.pull) { tools in
            await ledger.allow(plan.limit)
            return try await fetch(checked, plan, login, tools)
        }
    }

    /// Pulls, and sees that no prune can take the images of the way back once the switch has taken their containers.
    private func fetch(
        _ checked: Checked,
        _ plan: PullPlan,
        _ login: [UInt8]?,
        _ tools: Tools
    ) async throws -> (Release, Scene) {
        let session = checked.session
        async let pulled = pull(session, tools).run(checked.release, plan, login, beside: checked.containers)
        if let wayBack = checked.wayBack {
            // A hold takes as long as a small pull, so those of images that the release does not name are made meanwhile.
            let names = Set(checked.release.model.images.values)
            let images = wayBack.release.images.filter { !names.contains($0.value.image) }
            await hold(images, of: wayBack.number, session, tools.log)
        }
        let (release, scene) = try await pulled
        await ledger.note(images: release.images)
        try refuseKnownBad(release, release.images.mapValues(\.imageID), tools.log)
        if let wayBack = checked.wayBack {
            // Those that are held already stay so.
            let images = wayBack.release.images
            await hold(images, of: wayBack.number, except: release.imagesInUse, session, tools.log)
        }
        return (release, scene)
    }

    private func pull(_ session: EngineSession, _ tools: Tools) -> Pull {
        Pull(
            number: ledger.number,
            pins: Pins(app: app.name, session: session, log: tools.log),
            tools: tools,
            former: store.lastGood(history)?.release ?? [:]
        ) { [store, number = ledger.number] in
            store.note($0, of: number)
        }
    }

    /// - Parameter scene: the app as it is, if the images of the release have just been found under their names.
    /// - Returns: the images that run, as the gate found them.
    private func goLive(
        _ release: Release,
        _ checked: Checked,
        after scene: Scene?
    ) async throws(Setback) -> [ServiceName: ImageID] {
        let session = checked.session
        let trial = try await phase(.up) { tools in
            await ledger.allow(release.upLimit + .seconds(900))
            let new = Switch(
                release: release,
                former: history.running?.images ?? [:],
                session: session,
                tools: tools,
                longRunning: longRunning
            )
            let ready = try await new.prepare(after: scene)
            let changed = isRollback ? try await putBackByHand(checked, tools) : changedFiles(checked.files, applied)
            await ledger.beginSwitch()
            return try await new.run(ready, changed: changed, in: checked.files)
        }
        let running = try await phase(.health) { tools in
            await ledger.allow(release.policy.health.limit + .seconds(600))
            return try await Health(release: release, session: session, tools: tools).run(trial)
        }
        try await perform(isRollback ? [] : release.policy.steps(.after), in: .after, of: release, session)
        return running
    }

    /// The services that ran when the last good release was deployed. A release that was good before, or that the drop
    /// forces, is judged without them.
    private var longRunning: Set<ServiceName> {
        guard !isRollback, !drop.directives.isForced, let running = store.lastGood(history)?.running else { return [] }
        return Set(running.keys)
    }

    private func check(from start: Phase, _ question: CredentialQuestion?) async throws(Setback) -> Checked {
        // If an interrupted deployment cannot be restored, its own phase counts as failed.
        try await phase(.check, failingAs: start) { tools in
            let reader = ReleaseReader(app: app, host: host, store: store, tools: tools)
            let check = Check(reader, in: settings, history: history)
            if let interrupted {
                let checked = try await check.again(interrupted)
                if history.wayBack != nil, let good = check.good {
                    await hold(good.release, of: good.number, checked.session, tools.log)
                }
                return checked
            }
            try refuseReplaced(tools.log)
            let (found, files) = try await withRoom(tools) {
                let file = store.composeFile(of: ledger.number)
                let checked = try await check.run(drop, storingIn: file) { mayPull in if mayPull { question?.ask() } }
                return (checked, try store.store(checked.files, checked.release.files, of: ledger.number))
            }
            var checked = found
            await ledger.note(checked, files)
            if let good = check.good, let drift = check.drift(checked) {
                check.tell(drift, since: good.number)
            }
            if checked.older == nil, checked.release.isFixed { try refuseKnownBad(checked.release, nil, tools.log) }
            checked.present = try await pin(checked, tools.log)
            if let wayBack = checked.wayBack {
                // What runs is in use until the switch.
                let images = wayBack.release.images
                await hold(
                    images,
                    of: wayBack.number,
                    except: checked.containers.imagesInUse,
                    checked.session,
                    tools.log
                )
            }
            return checked
        }
    }

    /// If the disk is too full for a Compose file, makes room at once, and tries again.
    private func withRoom<Value: Sendable>(_ tools: Tools, _ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as StoreError where error.isFull {
            tools.log.warning("\(error.sentence); making room first")
            let session = try await host.reachEngine(within: .seconds(30), tools.log)
            if let disk = await diskGuard(session, nil, tools.log) {
                await ledger.allow(Phase.room.rule.limit)
                try await Room(disk: disk, settings: settings.disk, log: tools.log).run()
            }
            await ledger.allow(Phase.check.rule.limit)
            return try await body()
        }
    }

    /// - Returns: the images of a new release that are on the host, but for those that run.
    private func pin(_ checked: Checked, _ log: DeploymentLog) async throws -> [ImageReference: Image] {
        let pins = Pins(app: app.name, session: checked.session, log: log)
        guard let older = checked.older else {
            return try await pins.pinPresent(checked.release, for: ledger.number, beside: checked.containers)
        }
        for (use, image) in older.imageIDs { try await pins.pin(image, of: use, for: ledger.number) }
        return [:]
    }

    /// Holds the images of a good release until the verdict.
    ///
    /// - Parameters:
    ///   - number: the deployment of that release.
    ///   - used: images that no prune can take, because containers have them.
    func hold(
        _ images: [ImageUse: Record.Service],
        of number: Int,
        except used: Set<ImageID> = [],
        _ session: EngineSession,
        _ log: DeploymentLog
    ) async {
        let images = images.filter { !used.contains($0.value.imageID) }
        guard !isRollback, !images.isEmpty else { return }
        await Holds(app: app.name, session: session, log: log).take(images, of: number)
    }

    private func perform(
        _ steps: [Policy.Step],
        in phase: Phase,
        of release: Release,
        _ session: EngineSession
    ) async throws(Setback) {
        guard !steps.isEmpty else { return }
        try await self.phase(phase) { tools in
            // The steps' own time limits can exceed the phase's limit.
            await ledger.allow(steps.reduce(.seconds(300)) { $0 + Steps.limit(of: $1, in: release) })
            try await Steps(
                app: app,
                number: ledger.number,
                session: session,
                tools: tools,
                history: history,
                refuse: settings.disk.refuse,
                started: ledger.steps,
                note: { try await ledger.note($0) }
            ).run(steps, of: release)
        }
    }

    /// Refuses a release that was rolled back before.
    ///
    /// - Parameter images: nil before the pull.
    private func refuseKnownBad(
        _ release: Release,
        _ images: [ImageUse: ImageID]?,
        _ log: DeploymentLog
    ) throws(Failure) {
        guard let bad = history.knownBad(images, release.digest) else { return }
        guard !drop.directives.isForced else {
            log.warning("forced, although #\(bad.number) was the same release and was rolled back")
            return
        }
        throw .knownBad(bad, store)
    }
}

extension Failure {
    static func knownBad(_ bad: History.Entry, _ store: Store) -> Failure {
        Failure(
            .knownBad,
            "#\(bad.number)",
            "was the same release and was rolled back: \((try? store.record(bad.number))?.reason ?? "no reason on record")",
            hint: "drop a fixed release, or this one with BERTH_FORCE=1"
        )
    }
}
