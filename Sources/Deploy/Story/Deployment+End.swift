import Docker
import DockerModel
import Linux
import Rules
import SystemPackage

/// How a deployment ends.
extension Deployment {
    /// Whether the drop asks for an older release instead of a new one.
    var isRollback: Bool { drop.directives.rollbackTo != nil }

    /// Runs one phase: it is on record before it acts.
    func phase<Value>(
        _ phase: Phase,
        failingAs place: Phase? = nil,
        _ body: (Tools) async throws -> Value
    ) async throws(Setback) -> Value {
        do {
            try await ledger.begin(phase)
            let value = try await body(tools(in: phase))
            await ledger.finish()
            return value
        } catch {
            await ledger.finish()
            if Task.isCancelled { throw .interrupted(place ?? phase) }
            throw .failed(place ?? phase, Failure(any: error))
        }
    }

    func end(_ setback: Setback, _ found: Checked?, _ start: Phase) async -> Record? {
        switch setback {
        case .interrupted(let phase) where phase.rule.crash == .resume || isHandedOn: return await rest(in: phase)
        case .interrupted(let phase):
            let failure = Failure(.agentStopped, "the agent", "was stopped during \(phase)", hint: "drop it again")
            return await conclude(.failed, failure, found)
        case .failed(let phase, let failure):
            let wayBack: WayBack?
            do {
                let mayGoBack = await ledger.consequence(of: failure, in: phase, hasWayBack: true) == .rollBack
                wayBack = mayGoBack ? try await self.wayBack(found, start) : nil
            } catch {
                // A stop in the middle of the proof is no want of a way back.
                if Task.isCancelled { return await rest(in: start) }
                let second = Failure(any: error)
                // A way back that was begun has failed, whatever it has put back.
                if start == .rollback, let number = interrupted?.rolledBackTo {
                    return await conclude(.rollbackFailed, second.asRollback(to: number, after: failure), found)
                }
                ledger.log.warning(second.sentence)
                wayBack = nil
            }
            switch (await ledger.consequence(of: failure, in: phase, hasWayBack: wayBack != nil), wayBack) {
            case (.rollBack, let wayBack?): return await rollBack(to: wayBack, after: failure, found)
            case (.rollBack, nil): return await conclude(.unhealthy, failure, found)
            case (.end(let verdict), _): return await conclude(verdict, failure, found)
            }
        }
    }

    /// Whether the next agent gets the drop.
    private var isHandedOn: Bool { host.kept?.areHandedOn == true }

    /// Leaves the deployment to the next agent.
    private func rest(in phase: Phase) async -> Record? {
        await ledger.rest()
        let place = phase.rule.crash == .resume ? "continues from here" : "starts it again"
        ledger.log.notice("stopped during \(phase); the next agent \(place)")
        return nil
    }

    /// The way back that the checks have proven; if an earlier agent did, it is proven again.
    ///
    /// - Returns: nil if there is none.
    /// - Throws: why it cannot be proven again.
    private func wayBack(_ found: Checked?, _ start: Phase) async throws -> WayBack? {
        guard start > .check else { return found?.wayBack }
        guard let good = history.wayBack else {
            guard start == .rollback else { return nil }
            throw Failure(.wayBackMissing, "the last good release", "is no longer on record", hint: nil)
        }
        await ledger.allow(Phase.check.rule.limit)
        let tools = tools(in: .rollback)
        let session = try await host.reachEngine(within: Host.bootPatience, tools.log)
        let reader = ReleaseReader(app: app, host: host, store: store, tools: tools)
        let wayBack = try await Proof(reader: reader, session: session).wayBack(to: good.number)
        await hold(wayBack.release.images, of: wayBack.number, session, tools.log)
        return wayBack
    }

    /// - Parameter failure: why the new release cannot stay; it is on record before anything is changed.
    private func rollBack(to wayBack: WayBack, after failure: Failure, _ found: Checked?) async -> Record? {
        await ledger.note(rollbackTo: wayBack.number, after: failure)
        ledger.log.event(.rollingBack, "rolling back to #\(wayBack.number): \(failure.sentence)")
        do throws(Setback) {
            let notes = try await phase(.rollback) { tools in
                let rollback = await rollback(to: wayBack, found, tools)
                await ledger.allow(rollback.limit + .seconds(900))
                return try await rollback.run()
            }
            return await conclude(.rolledBack, notes.reduce(failure) { $0.with($1) }, found)
        } catch {
            switch error {
            case .interrupted: return await rest(in: .rollback)
            case .failed(_, let second):
                let both = second.asRollback(to: wayBack.number, after: failure)
                return await conclude(.rollbackFailed, both, found)
            }
        }
    }

    private func rollback(to wayBack: WayBack, _ found: Checked?, _ tools: Tools) async -> Rollback {
        Rollback(
            wayBack: wayBack,
            tried: await ledger.images,
            files: restoration(
                of: wayBack.files,
                wayBack.release.files,
                after: found?.files ?? interrupted.flatMap { try? store.files(of: $0) },
                tools
            ),
            tools: tools
        )
    }

    /// - Parameter running: the app's running images; nil to ask the Engine.
    func conclude(
        _ verdict: Verdict,
        _ failure: Failure?,
        _ found: Checked?,
        running known: [ServiceName: ImageID]? = nil
    ) async -> Record? {
        let failure = verdict.hasSwitched ? failure : failure?.with(remarkOnFolder(found))
        if let known { return await ledger.conclude(verdict, failure, running: known) }
        // Even if the agent is stopped, the record gets the running images.
        let running = await Task(executorPreference: host.executor) { () -> [ServiceName: ImageID]? in
            guard let session = try? await host.engine.negotiated() else { return nil }
            return await self.running(found?.release.model.name ?? interrupted?.project, session)
        }.value
        return await ledger.conclude(verdict, failure, running: running)
    }

    /// The app's running images; nil if the Engine does not answer.
    func running(_ project: ProjectName?, _ session: EngineSession) async -> [ServiceName: ImageID]? {
        let own: [ContainerSummary]? =
            if let project { try? await session.containers(project: project) } else { try? await session.containers() }
        guard let containers = own else { return nil }
        return containers.reduce(into: [:]) { running, container in
            let labels = container.labels
            guard container.isRunningReplica, let service = labels.service else { return }
            // Until Compose has told the project's name, the folder identifies its containers.
            let isOwn = project.map { labels.project == $0 } ?? (labels.directory == app.directory.string)
            if isOwn { running[service] = container.imageID }
        }
    }

    // MARK: - After the verdict

    /// Lets the way back's images go, then `docker image prune -f`, and removes the images that no release needs any more. A
    /// failure is only a warning.
    ///
    /// It lists all images of the host, which takes the Engine milliseconds for each, so the verdict does not wait for it.
    ///
    /// - Parameter history: with this deployment's verdict.
    func letGo(_ history: History) async {
        await ledger.allow(Phase.settle.rule.limit)
        removeFiles(history)
        do {
            let session = try await host.engine.negotiated()
            await Holds(app: app.name, session: session, log: ledger.log).release()
            let pins = Pins(app: app.name, session: session, log: ledger.log)
            let pinned = try await pins.all()
            try await pins.complete(pinned, history, keep: app.keep)
            if interrupted != nil { try await Restoration.cleanUp(app, session) }
            let loose = pins.loose(pinned, history, keep: app.keep)
            guard let disk = await diskGuard(session, nil, ledger.log) else { return }
            await LetGo(pins: pins, disk: disk, host: host).run(loose)
        } catch  where Task.isCancelled {
            // They are removed after the next verdict.
        } catch {
            ledger.log.event(.pruneFailed, "pruning has ended early: \(Failure(any: error).sentence)")
        }
    }

    private func removeFiles(_ history: History) {
        guard history.isComplete else { return }
        let kept = history.keptFiles(app.keep).union(history.undecided)
        for archive in store.removeFiles(except: kept, byHandSince: history.firstOfNewestSwitches) {
            ledger.log.notice("\(archive) is removed: what was changed by hand stays for 20 switches")
        }
    }

    // MARK: - What a phase works with

    func tools(in phase: Phase) -> Tools {
        Tools(host: host, log: ledger.log.with(.phase, "\(phase)"), redaction: .of(app, drop))
    }

    /// Nil, with a warning, if the Engine does not tell its root folder.
    func diskGuard(_ session: EngineSession, _ info: EngineInfo?, _ log: DeploymentLog) async -> DiskGuard? {
        do throws(EngineError) {
            let info = if let info { info } else { try await session.info() }
            return DiskGuard(
                session: session,
                info: info,
                settings: settings,
                host: host,
                log: log.log,
                histories: histories
            )
        } catch {
            log.event(.pruneFailed, "nothing is pruned: \(error.reason)")
            return nil
        }
    }
}

extension Redaction {
    /// The secrets that berth can know of an app: those of its `.env`, and those of the drop.
    static func of(_ app: AppSettings, _ drop: Drop? = nil) -> Redaction {
        let token = drop?.credential.map { [$0.secret.reveal()] } ?? []
        let others = drop.map { drop in drop.secretNames.compactMap { drop.variables[$0] } } ?? []
        return Redaction(environment: app.environmentFile, secrets: token + others)
    }
}

extension Failure {
    /// This failure as that of a rollback, after the one that led to it.
    func asRollback(to number: Int, after first: Failure) -> Failure {
        Failure(
            cause,
            "\(first.sentence); and the rollback to #\(number) failed:",
            sentence,
            hint: hint,
            evidence: first.evidence + evidence
        )
    }
}
