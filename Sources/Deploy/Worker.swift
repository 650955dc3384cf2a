import Docker
import FoundationEssentials
import Logging

/// One app: the drop that waits, the deployment that runs, and what an earlier agent left behind.
package actor Worker {
    private var app: AppSettings
    private let context: Context
    private let store: Store
    private let log: Logger
    private let bell: AsyncStream<Void>
    private let ring: AsyncStream<Void>.Continuation
    private var waiting: (record: Record, drop: Drop)?
    private var deployment: Deployment?
    private var lastNumber: Int

    package init(app: AppSettings, context: Context) throws(StoreError) {
        self.app = app
        self.context = context
        store = try Store(app: app.name, state: context.state)
        lastNumber = try store.numbers().last ?? 0
        var log = context.log
        log[metadataKey: "app"] = "\(app.name)"
        self.log = log
        (bell, ring) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Goes by these settings from the next drop on.
    package func adopt(_ app: AppSettings) {
        self.app = app
    }

    /// Takes no more drops; what runs is brought to its end.
    package func retire() {
        ring.finish()
    }

    /// When the phase that runs now must have ended, unless it is stuck; nil while nothing runs.
    package var deadline: EventLoopClock.Instant? {
        get async { await deployment?.deadline }
    }

    /// Takes a drop that was claimed: it is on record when this returns, and takes the place of one that still waits.
    package func take(_ claim: Spool.Claim) {
        lastNumber += 1
        var record = Record(app: app.name, number: lastNumber, received: Date())
        record.phases = [Record.PhaseTime(name: .claim, seconds: 0)]
        do throws(DropRefusal) {
            let drop = try Drop(claim, for: app)
            record.request = drop.request
            record.variables = drop.variables
            save(record)
            log.log(.dropClaimed, "\(app.name) #\(record.number): drop claimed", record.metadata)
            supersede(by: record.number)
            waiting = (record, drop)
            ring.yield()
        } catch {
            end(record, .refused, error.description)
        }
    }

    /// Deploys one drop after the other, until the task is cancelled.
    package func run() async {
        await recover()
        for await _ in bell {
            while let (record, drop) = waiting, !Task.isCancelled {
                waiting = nil
                await deploy(record, drop)
            }
        }
        if let record = waiting?.record {
            end(record, .failed, "the agent was stopped before this drop's turn; drop it again")
        }
    }

    private func deploy(_ record: Record, _ drop: Drop) async {
        let deployment = Deployment(of: record, app: app, credential: drop.credential, store: store, context: context)
        self.deployment = deployment
        await deployment.run()
        self.deployment = nil
    }

    /// Ends, or goes on with, every deployment that has no verdict.
    private func recover() async {
        for record in unfinished() {
            switch Recovery(leftIn: record.phase) {
            case .fail(let reason): end(record, .failed, reason + "; drop it again")
            case .resume:
                log.notice(
                    "\(app.name) #\(record.number): resumed, an earlier agent left it in \(record.phase?.rawValue ?? "")"
                )
                let deployment = Deployment(of: record, app: app, store: store, context: context)
                self.deployment = deployment
                await deployment.resume()
                self.deployment = nil
            }
        }
    }

    private func unfinished() -> [Record] {
        do throws(StoreError) {
            var unfinished: [Record] = []
            for number in try store.numbers() {
                let record = try store.record(number)
                if record.verdict == nil { unfinished.append(record) }
            }
            return unfinished
        } catch {
            log.error("\(app.name): what an earlier agent left cannot be read: \(error)")
            return []
        }
    }

    private func supersede(by number: Int) {
        guard let record = waiting?.record else { return }
        end(record, .superseded, "drop #\(number) came before its turn")
    }

    /// Ends a drop that no deployment runs for.
    private func end(_ record: Record, _ verdict: Verdict, _ reason: String) {
        var record = record
        record.verdict = verdict
        record.reason = reason
        record.ended = Date()
        save(record)
        log.verdict(of: record)
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
