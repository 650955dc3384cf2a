import Docker
import Linux
import Logging
import Rules

/// One app: its history, the drop that waits, the deployment that runs, and what an earlier agent left behind.
package actor Worker {
    private var app: AppSettings
    private var settings: Settings
    private var history: History
    private let host: Host
    private let status: StatusLine
    private let store: Store
    private let log: Logger
    private let histories: Histories
    private let bell: AsyncStream<Void>
    private let ring: AsyncStream<Void>.Continuation
    /// What an earlier agent left without a verdict.
    private var unfinished: [Record]
    /// The record of a drop that an earlier agent had claimed, and that still lies in the spool.
    private var claimedBefore: Record?
    /// A drop that has its verdict, or is on its way to one, and that the spool could not let go of.
    private var answered: Spool.Claim?
    private var waiting: (ledger: Ledger, drop: Drop)?
    /// The ledger of the deployment that runs.
    private var current: Ledger?
    private var isRetired = false
    private var hasEnded = false

    /// Reads the app's history.
    ///
    /// - Parameters:
    ///   - settings: all of them; the app's own are among them.
    ///   - histories: gives the disk guard the histories of all apps.
    package init(
        app: AppSettings,
        settings: Settings,
        host: Host,
        status: StatusLine,
        log: Logger,
        histories: @escaping Histories
    ) async throws(StoreError) {
        self.app = app
        self.settings = settings
        self.host = host
        self.status = status
        self.histories = histories
        var log = log
        log[metadataKey: "app"] = "\(app.name)"
        self.log = log
        (bell, ring) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        store = Store(app: app.name, state: host.state)
        try store.makeFolders()
        history = try await store.history(mends: true) { log.warning("\(app.name): \($0)") }
        unfinished = []
        for number in history.undecided.sorted() {
            if let record = try? store.record(number) { unfinished.append(record) }
        }
        if unfinished.last?.started == nil, Spool(app.spool).holdsClaim { claimedBefore = unfinished.popLast() }
    }

    /// Goes by these settings from the next drop on, also if it was to retire.
    ///
    /// - Returns: false if it has ended, and the app needs another worker.
    package func adopt(_ app: AppSettings, _ settings: Settings) -> Bool {
        guard !hasEnded else { return false }
        self.app = app
        self.settings = settings
        isRetired = false
        return true
    }

    /// Ends after the drop that is being deployed, and the one that waits.
    package func retire() {
        isRetired = true
        ring.yield()
    }

    /// Whether a phase has taken longer than any phase like it can.
    package func isStuck(at moment: EventLoopClock.Instant) async -> Bool {
        await current?.isStuck(at: moment) ?? false
    }

    /// What is known of the app's deployments, those under way included.
    package var past: History { history }

    /// Takes a drop that was claimed, in place of one that still waits. It is on record before the spool lets go of it.
    ///
    /// - Throws: if the spool cannot let go of the drop. It is then refused, since it would be deployed again and again.
    package func take(_ claim: Spool.Claim, from spool: Spool) async throws(SpoolError) {
        // A drop that could not be deleted has its verdict already.
        if claim == answered { return try letGo(claim, from: spool) }
        let parsed = Result { () throws(Failure) in try Drop(claim, for: app) }
        let ledger = await makeLedger(for: try? parsed.get(), request: claim.request)
        let drop: Drop
        do throws(Failure) {
            drop = try parsed.get()
            try await ledger.claim(drop)
        } catch {
            await end(ledger, .refused, error)
            return try letGo(claim, from: spool)
        }
        do throws(SpoolError) {
            try letGo(claim, from: spool)
        } catch {
            await end(ledger, .refused, Failure(error))
            throw error
        }
        guard !hasEnded else { return await end(ledger, .failed, isRetired ? .appRemoved : .agentStopped) }
        let superseded = waiting?.ledger
        waiting = (ledger, drop)
        ring.yield()
        guard let superseded else { return }
        let problem = "drop #\(ledger.number) came before its turn"
        await end(superseded, .superseded, Failure(.superseded, "", problem, hint: nil))
    }

    private func letGo(_ claim: Spool.Claim, from spool: Spool) throws(SpoolError) {
        answered = claim
        try spool.discard()
        answered = nil
    }

    /// A drop gets the next number, unless it has one already: the agent that gave it ended before the drop left the spool.
    private func makeLedger(for drop: Drop?, request: String?) async -> Ledger {
        if let before = claimedBefore {
            claimedBefore = nil
            let isSame = before.variables == drop?.variables && before.directives == drop?.directives
            if isSame, before.request == request { return makeLedger(before) }
            await recover(before)
        }
        var record = Record(app: app.name, number: history.begin(), received: .now)
        record.request = request
        return makeLedger(record)
    }

    private func makeLedger(_ record: Record) -> Ledger {
        let log = DeploymentLog(log, app: app.name, number: record.number, request: record.request)
        return Ledger(record, store: store, status: status, host: host, log: log)
    }

    /// Deploys one drop after the other, until the task is cancelled or the worker is retired.
    package func run() async {
        await showLast()
        await recover()
        while !Task.isCancelled {
            if let (ledger, drop) = waiting {
                waiting = nil
                await deploy(drop, ledger)
            } else if isRetired {
                break
            } else {
                await nextRing()
            }
        }
        hasEnded = true
        if let ledger = waiting?.ledger { await end(ledger, .failed, .agentStopped) }
    }

    /// Says in the status how the last drop ended, which may have been in an earlier agent's time.
    private func showLast() async {
        guard let last = history.entries.last, last.number == history.lastNumber else { return }
        await status.end("#\(last.number) \(last.verdict)", of: last.number, for: app.name)
    }

    /// Returns at the next ring, or when the task is cancelled.
    private func nextRing() async {
        for await _ in bell { return }
    }

    /// Finishes the deployments that an earlier agent left without a verdict.
    private func recover() async {
        for record in unfinished { await recover(record) }
        unfinished = []
    }

    private func recover(_ record: Record) async {
        let ledger = makeLedger(record)
        let lastSwitch = history.lastSwitch?.number ?? 0
        switch Recovery(leftIn: record.leftIn, number: record.number, lastSwitch: lastSwitch) {
        case .end(let verdict, let failure): await end(ledger, verdict, failure)
        case .resume(let phase):
            ledger.log.notice("resumed, an earlier agent left it in \(phase)")
            let drop = Drop(variables: record.variables, directives: record.directives)
            await deploy(drop, ledger, interrupted: record, from: phase)
        }
    }

    private func deploy(
        _ drop: Drop,
        _ ledger: Ledger,
        interrupted: Record? = nil,
        from start: Phase = .check
    ) async {
        let deployment = Deployment(
            app: app,
            settings: settings,
            drop: drop,
            history: history,
            host: host,
            store: store,
            ledger: ledger,
            histories: histories,
            interrupted: interrupted
        )
        current = ledger
        if let ended = await deployment.run(from: start) {
            note(ended)
            // Without a Compose file the deployment has not come so far as to have pinned anything.
            if ended.compose != nil { await deployment.letGo(history) }
        }
        current = nil
    }

    /// Ends a drop that no deployment runs for.
    private func end(_ ledger: Ledger, _ verdict: Verdict, _ failure: Failure) async {
        note(await ledger.conclude(verdict, failure))
    }

    private func note(_ record: Record) {
        if let entry = History.Entry(record) { history.append(entry) }
    }
}

extension Failure {
    fileprivate static let appRemoved = Failure(.appRemoved, "the app", "is no longer deployed here", hint: nil)
    fileprivate static let agentStopped = Failure(
        .agentStopped,
        "the agent",
        "was stopped before this drop's turn",
        hint: "drop it again"
    )
}

extension Drop {
    fileprivate init(_ claim: Spool.Claim, for app: AppSettings) throws(Failure) {
        do throws(DropRefusal) {
            switch claim {
            case .refused(let refusal): throw refusal
            case .drop(let bytes): self = try Drop(parsing: bytes, registry: app.registry, allowed: app.variables)
            }
        } catch {
            throw Failure(error)
        }
    }
}
