import Docker
import Rules

/// What an earlier agent left behind.
extension Worker {
    /// Finishes the deployments that an earlier agent left without a verdict.
    @inline(never)
    func recover() async {
        if isRemoved { await releaseHolds() }
        Backups(folder: app.backups).removeLeftovers()
        for number in untold.sorted() {
            if let record = try? store.record(number) { await makeLedger(record).tellAgain() }
            host.kept?.forget(app.name, number)
        }
        untold = []
        for record in unfinished {
            // The settings may name the app again meanwhile.
            if isRemoved { await abandon(record) } else { await recover(record) }
        }
        unfinished = []
    }

    @inline(never)
    private func recover(_ record: Record) async {
        let ledger = makeLedger(record)
        let kept = kept.removeValue(forKey: record.number)
        let recovery = recovery(of: record, isKept: kept != nil, starts: record.starts)
        if case .end(let verdict, let failure) = recovery { return await end(ledger, verdict, failure) }
        if case .wait = recovery, let kept { return await wait(ledger, kept) }
        // On record before anything else: what follows may end this agent too.
        await ledger.resume()
        let drop = Drop(variables: record.variables, directives: record.directives)
        switch recovery {
        case .end, .wait: break
        case .startAgain: if let kept { await startAgain(ledger, kept, leftIn: record.leftIn) }
        case .resume(let phase):
            ledger.log.notice("resumed: an earlier agent left it in phase \(phase)")
            await deploy(drop, ledger, interrupted: record, from: phase)
        case .giveUp(let phase, let failure):
            await deploy(drop, ledger, interrupted: record, from: phase, failed: failure)
        case .leaveAlone(let phase, let failure): await leave(record, ledger, in: phase, failure)
        }
    }

    /// Runs a deployment from its beginning.
    private func startAgain(_ ledger: Ledger, _ kept: KeptDrops.Kept, leftIn phase: Phase?) async {
        do throws(Failure) {
            let drop = try Drop(kept, for: app)
            ledger.log.notice("starts again: an earlier agent left it in phase \(phase ?? .claim)")
            await deploy(drop, ledger, placed: kept.placed)
        } catch {
            // The settings have changed since.
            await end(ledger, .refused, error)
        }
    }

    private func recovery(of record: Record, isKept: Bool, starts: Int) -> Recovery {
        Recovery(
            leftIn: record.leftIn,
            number: record.number,
            isKept: isKept,
            lastSwitch: history.lastSwitch?.number ?? 0,
            starts: starts
        )
    }

    /// Ends a deployment of an app that the settings no longer name. If it had begun the switch, the app is as it was left.
    @inline(never)
    private func abandon(_ record: Record) async {
        let ledger = makeLedger(record)
        switch recovery(of: record, isKept: false, starts: .max) {
        case .end(.superseded, let failure): await end(ledger, .superseded, failure)
        case .end(let verdict, _): await end(ledger, verdict, .appRemoved)
        case .wait, .startAgain: break
        case .resume(let phase), .giveUp(let phase, _), .leaveAlone(let phase, _):
            await leave(record, ledger, in: phase, .appRemoved)
        }
    }

    /// Ends a deployment without touching the app.
    private func leave(_ record: Record, _ ledger: Ledger, in phase: Phase, _ failure: Failure) async {
        var failure = failure
        if phase == .rollback, let number = record.rolledBackTo {
            failure = failure.asRollback(to: number, after: record.failure)
        }
        let consequence = await ledger.consequence(of: failure, in: phase, hasWayBack: false)
        guard case .end(let verdict) = consequence else { return }
        await end(ledger, verdict, failure)
    }

    // MARK: - Kept drops

    /// Takes what an earlier agent kept of drops without a verdict. If the disk had no room for the record of one, it gets one
    /// now, and waits for its turn.
    func takeKept() {
        for (number, drop) in host.kept?.take(of: app.name) ?? [:] {
            if history.entries.contains(where: { $0.number == number }) {
                untold.append(number)
            } else if unfinished.contains(where: { $0.number == number }) {
                kept[number] = drop
            } else if !history.unreadable.contains(number) {
                var record = Record(app: app.name, number: number, received: drop.placed)
                record.phases = [Record.PhaseTime(name: .claim)]
                (record.request, record.by) = (drop.claim.request, drop.claim.by)
                history.resolve(number, record)
                unfinished = (unfinished + [record]).sorted { $0.number < $1.number }
                kept[number] = drop
            }
        }
    }

    // MARK: - Holds

    /// Removes what an earlier agent held, if it ended in mid-deployment. At boot, the Engine may start after berth.
    @inline(never)
    private func releaseHolds() async {
        let log = DeploymentLog(log, app: app.name)
        do {
            let (session, holds) = try await leftHolds.holds(of: app.name)
            try await Holds(app: app.name, session: session, log: log).remove(holds)
        } catch {
            if !Task.isCancelled { log.warning("what an earlier agent held stays until the next deployment: \(error)") }
        }
        guard !Task.isCancelled else { return }
        hasLetGo = true
        letGo = nil
        ring.yield()
    }

    /// Releases the holds of an earlier agent while there is nothing to deploy.
    func startLettingGo() {
        guard !hasLetGo, letGo == nil else { return }
        letGo = Task(executorPreference: host.executor) { await self.releaseHolds() }
    }

    /// Returns once nothing is released any more.
    func stopLettingGo() async {
        letGo?.cancel()
        await letGo?.value
        letGo = nil
    }
}
