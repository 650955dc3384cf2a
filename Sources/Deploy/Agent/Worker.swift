import Docker
import DockerModel
import Linux
import Logging
import NIOCore
import Rules

/// One app: its history, its waiting drop, its running deployment, and what an earlier agent left behind.
package actor Worker {
    private(set) var app: AppSettings
    private var settings: Settings
    var history: History
    let host: Host
    let status: StatusLine
    let store: Store
    let log: Logger
    let leftHolds: LeftHolds
    private let histories: Histories
    private let messenger: Messenger
    private let bell: AsyncStream<Void>
    let ring: AsyncStream<Void>.Continuation
    /// The deployments that an earlier agent left without a verdict.
    var unfinished: [Record]
    /// Those of their drops that have outlived it.
    var kept: [Int: KeptDrops.Kept]
    /// Drops whose verdict is on record, and perhaps not in the journal: a drop is forgotten once it is in both.
    var untold: [Int] = []
    /// What removes the holds of an earlier agent, and whether it has.
    var letGo: Task<Void, Never>?
    var hasLetGo = false
    /// The record of a drop that an earlier agent claimed and that is still in the spool.
    private var claimedBefore: Record?
    /// The last claim.
    private var claim: Store.Claim?
    /// The records with a verdict that could not be saved.
    var unsaved: [Record] = []
    /// When they are tried again if nothing happens before.
    var nextSave: Scheduled<Void>?
    private var waiting: (ledger: Ledger, drop: Drop, placed: Timestamp)?
    /// The ledger of the deployment that runs.
    private var current: Ledger?
    private var isRetired: Bool
    /// Whether the settings do not name the app: only what an earlier agent left is to be ended.
    private(set) var isRemoved: Bool
    private var hasEnded = false

    /// Reads the app's history.
    ///
    /// - Parameters:
    ///   - settings: all settings, including the app's own.
    ///   - isRemoved: whether the settings no longer name the app.
    ///   - leftHolds: what earlier agents held.
    ///   - histories: gives the disk guard the histories of all apps.
    init(
        app: AppSettings,
        settings: Settings,
        isRemoved: Bool = false,
        host: Host,
        status: StatusLine,
        log: Logger,
        leftHolds: LeftHolds,
        histories: @escaping Histories
    ) async throws(StoreError) {
        self.app = app
        self.settings = settings
        self.isRemoved = isRemoved
        isRetired = isRemoved
        self.host = host
        self.status = status
        self.leftHolds = leftHolds
        self.histories = histories
        let log = DeploymentLog(log, app: app.name).log
        self.log = log
        (bell, ring) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        store = Store(app: app.name, state: host.state)
        try store.makeFolders()
        messenger = Messenger(store, host: host, log: log, ring: ring)
        try ReleaseKey(state: host.state).make()
        history = try await store.history(mends: true) { log.warning("\(app.name): \($0)") }
        unfinished = []
        for number in history.undecided.sorted() {
            if let record = try? store.record(number) { unfinished.append(record) }
        }
        claim = store.claim
        kept = [:]
        takeKept()
        guard !isRemoved, let file = Spool(app.spool).claimed else { return }
        // An agent that noted no claim went by the time.
        if claim == nil, let last = try? store.record(history.lastNumber), last.received >= file.claimed {
            claim = Store.Claim(number: last.number, file: file)
        }
        guard let claim, claim.file == file else { return }
        let own = unfinished.firstIndex { $0.number == claim.number && $0.started == nil }
        claimedBefore = own.map { unfinished.remove(at: $0) }
    }

    /// Applies these settings from the next drop on; a retired worker returns to service.
    ///
    /// - Returns: false if the worker has ended and the app needs a new one.
    package func adopt(_ app: AppSettings, _ settings: Settings) -> Bool {
        guard !hasEnded else { return false }
        self.app = app
        self.settings = settings
        isRetired = false
        isRemoved = false
        return true
    }

    /// Makes the worker end after its running deployment and its waiting drop.
    package func retire() {
        isRetired = true
        ring.yield()
    }

    /// Whether a phase has exceeded its time limit.
    package func isStuck(at moment: EventLoopClock.Instant) async -> Bool {
        await current?.isStuck(at: moment) ?? false
    }

    package var isDeploying: Bool { current != nil }

    /// The app's history, including deployments under way.
    package var past: History { history }

    /// Notes the history for the metrics: here, so that none overtakes a newer one.
    func notePast() { host.happenings.note(.history(app.name, history)) }

    /// Takes a claimed drop; it replaces one that still waits. The drop is on record before it is deleted from the spool.
    ///
    /// - Parameter placed: when the drop came into the spool; nil for now.
    /// - Throws: if the drop cannot be deleted. It is then refused, because it would be deployed again and again.
    package func take(_ claim: Spool.Claim, placed: Timestamp? = nil, from spool: Spool) async throws(SpoolError) {
        await saveAgain()
        let file = spool.claimed
        if let file, isOnRecord(file) { return try spool.discard() }
        let ledger = makeLedger(claim)
        if let file { note(Store.Claim(number: ledger.number, file: file)) }
        await messenger.expect(ledger.number, of: app)
        let placed = placed ?? .now
        let drop: Drop
        do throws(Failure) {
            drop = try Drop(claim, for: app)
            if let kept = claim.kept(placed) { await host.kept?.keep(kept, of: app.name, ledger.number) }
            try await ledger.claim(drop)
        } catch {
            await ledger.finish()
            await end(ledger, .refused, error)
            return try spool.discard()
        }
        do throws(SpoolError) {
            try spool.discard()
        } catch {
            await end(ledger, .refused, Failure(error))
            throw error
        }
        guard !hasEnded else { return await endUnstarted(ledger) }
        let superseded = waiting?.ledger
        waiting = (ledger, drop, placed)
        ring.yield()
        if let superseded { await end(superseded, replacedBy: ledger) }
    }

    /// Takes up a drop that waited for its turn when an earlier agent ended.
    func wait(_ ledger: Ledger, _ kept: KeptDrops.Kept) async {
        do throws(Failure) {
            let drop = try Drop(kept, for: app)
            if let newer = waiting?.ledger { return await end(ledger, replacedBy: newer) }
            waiting = (ledger, drop, kept.placed)
        } catch {
            // The settings have changed since.
            await end(ledger, .refused, error)
        }
    }

    private func end(_ superseded: Ledger, replacedBy newer: Ledger) async {
        let problem = "the newer drop #\(newer.number) replaced it"
        await end(superseded, .superseded, Failure(.superseded, "", problem, hint: nil))
    }

    /// Ends a drop that had no turn, unless the next agent gets it.
    private func endUnstarted(_ ledger: Ledger) async {
        if isRetired { return await end(ledger, .failed, .appRemoved) }
        if host.kept?.areHandedOn == true {
            return ledger.log.notice("stopped before its turn; the next agent takes it up")
        }
        await end(ledger, .failed, .agentStopped)
    }

    /// Whether the drop of a claimed file is on record, and only the file could not be deleted so far.
    private func isOnRecord(_ file: Spool.ClaimedFile) -> Bool {
        guard let claim, claim.file == file, claimedBefore == nil else { return false }
        return history.undecided.contains(claim.number) || history.entries.contains { $0.number == claim.number }
    }

    /// Notes the claim before its record, by which an agent that ends in between loses no drop.
    private func note(_ claim: Store.Claim) {
        self.claim = claim
        store.note(claim)
    }

    /// Gives the drop the next number, or its own if an earlier agent ended between numbering and deleting it.
    private func makeLedger(_ claim: Spool.Claim) -> Ledger {
        if let before = claimedBefore {
            claimedBefore = nil
            kept[before.number] = nil
            return makeLedger(before)
        }
        var record = Record(app: app.name, number: history.begin(), received: .now)
        (record.request, record.by) = (claim.request, claim.by)
        return makeLedger(record)
    }

    func makeLedger(_ record: Record) -> Ledger {
        let log = DeploymentLog(log, app: app.name, number: record.number, request: record.request)
        return Ledger(record, store: store, status: status, host: host, log: log)
    }

    /// Deploys one drop after the other, until the task is cancelled or the worker is retired.
    package func run() async {
        await messenger.catchUp(app)
        await recover()
        while !Task.isCancelled {
            if let (ledger, drop, placed) = waiting {
                waiting = nil
                // A deployment has holds of its own.
                await stopLettingGo()
                await deploy(drop, ledger, placed: placed)
            } else if await messenger.isIdle, isRetired, hasLetGo, waiting == nil {
                // Asked first, for while it is asked the app may return, or a drop come.
                break
            } else {
                startLettingGo()
                await nextRing()
            }
        }
        hasEnded = true
        await stopLettingGo()
        await messenger.stop()
        if let ledger = waiting?.ledger { await endUnstarted(ledger) }
        await saveAgain()
    }

    /// How the last drop ended, possibly under an earlier agent; nil if there is none, or it has no verdict.
    var lastVerdict: String? {
        guard let last = history.entries.last, last.number == history.lastNumber else { return nil }
        return "#\(last.number) \(last.verdict)"
    }

    /// Returns at the next ring, or when the task is cancelled.
    private func nextRing() async {
        for await _ in bell { return }
    }

    // Each app has a frame of `run()` for good. What is inlined into it takes room there before the first drop: with this,
    // and what else ends a drop, it would be 12 KB.
    @inline(never)
    func deploy(
        _ drop: Drop,
        _ ledger: Ledger,
        placed: Timestamp = .now,
        interrupted: Record? = nil,
        from start: Phase = .check,
        failed failure: Failure? = nil
    ) async {
        if !history.isComplete { store.retry(&history) }
        let deployment = Deployment(
            app: app,
            settings: settings,
            drop: drop,
            placed: placed,
            history: history,
            host: host,
            store: store,
            ledger: ledger,
            histories: histories,
            interrupted: interrupted
        )
        current = ledger
        host.happenings.note(.begun(app.name))
        if let ended = await deployment.run(from: start, failed: failure) {
            await note(ended, ledger)
            // The checks pin images.
            let isChecked = ended.compose != nil || ended.phases.contains { $0.name > .check }
            if isChecked { await deployment.letGo(history) }
        }
        current = nil
        OwnMemory.giveBack()
    }

    /// Ends a drop for which no deployment runs.
    @inline(never)
    func end(_ ledger: Ledger, _ verdict: Verdict, _ failure: Failure) async {
        await note(ledger.conclude(verdict, failure), ledger)
    }

    /// Adds a verdict to the history, and forgets old ones.
    private func note(_ record: Record, _ ledger: Ledger) async {
        if await !ledger.isSaved {
            unsaved.append(record)
            saveLater()
        }
        host.kept?.forget(app.name, record.number)
        if let entry = History.Entry(record) { history.append(entry) }
        host.happenings.note(.verdict(app.name, history, hadTurn: record.started != nil))
        await messenger.tell(record, of: app)
        let limit = settings.records.keep
        let forgotten = history.forgetIdle(beyond: limit) + history.forgetOld(beyond: limit, keep: app.keep)
        for number in forgotten { store.remove(number) }
    }
}

extension Failure {
    static let appRemoved = Failure(.appRemoved, "the app", "is no longer deployed here", hint: nil)
    fileprivate static let agentStopped = Failure(
        .agentStopped,
        "the agent",
        "was stopped before this drop's turn",
        hint: "drop it again"
    )
}
