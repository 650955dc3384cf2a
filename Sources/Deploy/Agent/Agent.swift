import Docker
import Linux
import Logging
import NIOCore
import Rules
import SystemPackage
import Systemd

/// `berth agent`: one worker per app, and what they share.
package actor Agent {
    /// An order to the agent from outside.
    package enum Order: Sendable {
        case reload, stop
    }

    let hostFile: HostFile
    let host: Host
    let log: Logger
    let status: StatusLine
    let serviceManager: ServiceManager
    let spoolWatch: SpoolWatch
    private let meter: Meter
    let leftHolds: LeftHolds
    var settings: Settings
    var workers: [AppName: Worker] = [:]
    /// The problems reported so far; each is reported once.
    var unwatched: [Spool: Errno] = [:]
    var stuck: [AppName: SpoolError] = [:]
    /// The drops that are being written, and since when.
    var unfinished: [AppName: (file: FilePath, since: EventLoopClock.Instant)] = [:]
    var rates: [AppName: DropRate<EventLoopClock.Instant>] = [:]
    /// The apps whose drops come too fast, as told.
    var hasty: Set<AppName> = []
    /// How long a drop may be written until berth tells that it waits for the writer.
    let patience: Duration
    /// When the spools are scanned again without an event; nil if that is not needed.
    var due: EventLoopClock.Instant?
    let alarm: AsyncStream<Void>
    let setAlarm: AsyncStream<Void>.Continuation
    var isScanning = false
    var mustScan = false
    private var trouble: (any Error)?
    private let inbox: AsyncStream<Order>
    private let letterBox: AsyncStream<Order>.Continuation

    /// Loads the settings; throws if they are invalid.
    ///
    /// - Parameter version: berth's own, for the metrics.
    package init(
        hostFile: HostFile,
        host: Host,
        log: Logger,
        serviceManager: ServiceManager,
        version: String,
        patience: Duration = .seconds(60)
    ) async throws {
        self.hostFile = hostFile
        self.host = host
        self.log = log
        status = StatusLine(serviceManager)
        self.serviceManager = serviceManager
        settings = try hostFile.load()
        self.patience = patience
        (inbox, letterBox) = AsyncStream.makeStream(of: Order.self)
        (alarm, setAlarm) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        spoolWatch = try await SpoolWatch(on: host.eventLoop)
        meter = Meter(version: version, host: host, log: log)
        leftHolds = LeftHolds(on: host, log)
    }

    /// Watches the spools and deploys, until it is ordered to stop.
    ///
    /// - Throws: the error of the spool watch, if it stopped the agent.
    package func run(_ orders: AsyncStream<Order>) async throws {
        var patience: Task<Void, Never>?
        defer { patience?.cancel() }
        do {
            try await withThrowingDiscardingTaskGroup { group in
                await adopt(settings, in: &group)
                await endRemoved(in: &group)
                host.kept?.forgetOthers(than: Set(settings.apps.keys).union((try? Store.apps(in: host.state)) ?? []))
                group.addTask { await self.watchSpools() }
                group.addTask { await self.scanWhenDue() }
                group.addTask { try await self.awaitEngine() }
                group.addTask { try await self.feedWatchdog() }
                group.addTask { await self.forward(orders) }
                log.log(.agentStarted, "berth watches \(settings.summary)")
                serviceManager.ready(status: await status.text)
                // What they do first takes a while with many apps.
                group.addTask { await self.meter.run() }
                group.addTask { try await self.sweepSpools() }
                await obey(in: &group)
                serviceManager.stopping(status: "Stopping")
                host.kept?.areHandedOn = await willStartAgain()
                // A step or a switch under way is not cut short, and may take longer than the unit's stop timeout.
                patience = Task(executorPreference: host.executor) { await self.extendStop() }
                group.cancelAll()
            }
        } catch is CancellationError {
            // It was ordered to stop.
        }
        if let trouble { throw trouble }
        log.notice("berth has stopped")
    }

    /// Stops the agent as if ordered to, and makes ``run(_:)`` throw the error.
    func end(because error: any Error) {
        trouble = error
        letterBox.yield(.stop)
    }

    private func forward(_ orders: AsyncStream<Order>) async {
        for await order in orders { letterBox.yield(order) }
    }

    /// Carries out orders, until one of them is to stop.
    private func obey(in group: inout ThrowingDiscardingTaskGroup<any Error>) async {
        for await order in inbox {
            switch order {
            case .reload: await reload(in: &group)
            case .stop: return
            }
        }
    }

    /// Loads the settings again; invalid settings change nothing.
    private func reload(in group: inout ThrowingDiscardingTaskGroup<any Error>) async {
        serviceManager.reloading()
        do throws(SettingsError) {
            settings = try hostFile.load()
            await adopt(settings, in: &group)
            log.notice("berth has read its settings again: \(settings.summary)")
        } catch {
            log.log(.settingsRejected, "The settings are unchanged: \(error)")
        }
        serviceManager.ready(status: await status.text)
    }
}
