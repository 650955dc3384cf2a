import Docker
import DockerModel
import FoundationEssentials
import Linux
import Logging
import Rules

/// One app: the drop that waits, the deployment that runs, and what an earlier agent left behind.
package actor Worker {
    private var app: AppSettings
    private var settings: Settings
    private let context: Context
    private let store: Store
    private let log: Logger
    private let bell: AsyncStream<Void>
    private let ring: AsyncStream<Void>.Continuation
    private var waiting: (record: Record, drop: Drop)?
    private var deployment: Deployment?
    private var lastNumber: Int
    /// What an earlier agent left without a verdict.
    private var unfinished: [Record]
    /// The last deployment that is known to have changed what runs.
    private let lastSwitch: Int
    private var isRetired = false
    private var hasEnded = false

    /// - Parameter settings: the host's, of which the app is one.
    package init(app: AppSettings, settings: Settings, context: Context) throws(StoreError) {
        self.app = app
        self.settings = settings
        self.context = context
        store = Store(app: app.name, state: context.state)
        try store.makeFolders()
        lastNumber = try store.numbers().last ?? 0
        var log = context.log
        log[metadataKey: "app"] = "\(app.name)"
        self.log = log
        (bell, ring) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let (records, unreadable) = try store.records()
        unfinished = records.filter { $0.verdict == nil }
        lastSwitch = records.last { $0.hasSwitched }?.number ?? 0
        for error in unreadable { log.warning("\(app.name): \(error)") }
    }

    /// Goes by these settings from the next drop on; also where it was to retire.
    ///
    /// - Returns: false where it has ended, and another worker is needed.
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

    /// When the phase that runs now must have ended, unless it is stuck; nil while nothing runs.
    package var deadline: EventLoopClock.Instant? {
        get async { await deployment?.deadline }
    }

    /// Takes a drop that was claimed: it is on record when this returns, and takes the place of one that still waits.
    package func take(_ claim: Spool.Claim) async {
        lastNumber += 1
        var record = Record(app: app.name, number: lastNumber, received: Date())
        record.phases = [Record.PhaseTime(name: .claim, seconds: 0)]
        record.request = claim.request
        do throws(DropRefusal) {
            let drop = try Drop(claim, for: app)
            record.variables = drop.variables
            record.directives = drop.directives
            save(record)
            log.log(.dropClaimed, "\(app.name) #\(record.number): drop claimed", record.metadata)
            guard !hasEnded else { return await end(record, .failed, "the app is no longer deployed here") }
            let superseded = waiting?.record
            waiting = (record, drop)
            ring.yield()
            if let superseded { await end(superseded, .superseded, "drop #\(record.number) came before its turn") }
        } catch {
            await end(record, .refused, error.description)
        }
    }

    /// Says in the status how the last drop ended, which may have been in an earlier agent's time.
    private func showLast() async {
        guard let record = try? store.record(lastNumber), let verdict = record.verdict else { return }
        await context.status.set("#\(record.number) \(verdict)", for: app.name)
    }

    /// Deploys one drop after the other, until the task is cancelled or the worker is retired.
    package func run() async {
        await showLast()
        await recover()
        while !Task.isCancelled {
            if let (record, drop) = waiting {
                waiting = nil
                await deploy(record, credential: drop.credential) { await $0.run() }
            } else if isRetired {
                break
            } else {
                await nextRing()
            }
        }
        hasEnded = true
        if let record = waiting?.record {
            await end(record, .failed, "the agent was stopped before this drop's turn; drop it again")
        }
    }

    /// Returns at the next ring, or when the task is cancelled.
    private func nextRing() async {
        for await _ in bell { return }
    }

    /// Ends, or goes on with, every deployment that has no verdict.
    private func recover() async {
        for record in unfinished {
            if record.number < lastSwitch {
                await end(
                    record,
                    .superseded,
                    "the agent ended before its verdict, and #\(lastSwitch) was deployed since"
                )
                continue
            }
            switch Recovery(leftIn: record.phase) {
            case .fail(let reason): await end(record, .failed, reason + "; drop it again")
            case .resume:
                let phase = record.phase?.rawValue ?? ""
                log.notice("\(app.name) #\(record.number): resumed, an earlier agent left it in \(phase)")
                await deploy(record, credential: nil) { await $0.resume() }
            }
        }
        unfinished = []
    }

    private func deploy(
        _ record: Record,
        credential: RegistryCredential?,
        _ body: (Deployment) async -> Void
    ) async {
        let deployment = Deployment(
            of: record,
            app: app,
            settings: settings,
            credential: credential,
            store: store,
            context: context
        )
        self.deployment = deployment
        await body(deployment)
        self.deployment = nil
    }

    /// Ends a drop that no deployment runs for.
    private func end(_ record: Record, _ verdict: Verdict, _ reason: String) async {
        var record = record
        record.verdict = verdict
        record.reason = reason
        record.ended = Date()
        save(record)
        log.verdict(of: record)
        if deployment == nil { await context.status.set("#\(record.number) \(verdict)", for: app.name) }
    }

    private func save(_ record: Record) {
        do {
            try store.save(record)
        } catch {
            log.error("\(app.name) #\(record.number) cannot be recorded: \(error)")
        }
    }
}

extension Drop {
    init(_ claim: Spool.Claim, for app: AppSettings) throws(DropRefusal) {
        switch claim {
        case .refused(let refusal): throw refusal
        case .drop(let bytes): self = try Drop(parsing: bytes, registry: app.registry, allowed: app.variables)
        }
    }
}
