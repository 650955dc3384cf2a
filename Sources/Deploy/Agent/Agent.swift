import Docker
import Logging
import NIOCore
import Rules
import SystemPackage
import Systemd

/// `berth agent`: one worker per app, and what they share.
package actor Agent {
    /// What the agent is told from outside.
    package enum Order: Sendable {
        case reload, stop
    }

    private let hostFile: HostFile
    let host: Host
    let log: Logger
    let status: StatusLine
    let serviceManager: ServiceManager
    let spoolWatch: SpoolWatch
    var settings: Settings
    var workers: [AppName: Worker] = [:]
    /// The complaints so far: each is made once.
    var unwatched: [Spool: Errno] = [:]
    var stuck: [AppName: SpoolError] = [:]
    private var trouble: (any Error)?
    private let inbox: AsyncStream<Order>
    private let letterBox: AsyncStream<Order>.Continuation

    /// Loads the settings; throws if they are invalid, and the agent does not start.
    package init(
        hostFile: HostFile,
        host: Host,
        log: Logger,
        serviceManager: ServiceManager
    ) async throws {
        self.hostFile = hostFile
        self.host = host
        self.log = log
        status = StatusLine(serviceManager)
        self.serviceManager = serviceManager
        settings = try hostFile.load()
        (inbox, letterBox) = AsyncStream.makeStream(of: Order.self)
        spoolWatch = try await SpoolWatch(on: host.eventLoop)
    }

    /// Watches the spools and deploys, until it is ordered to stop.
    ///
    /// - Throws: the error of the watch on the spools, if that ends the agent.
    package func run(_ orders: AsyncStream<Order>) async throws {
        do {
            try await withThrowingDiscardingTaskGroup { group in
                await adopt(settings, in: &group)
                group.addTask { await self.watchSpools() }
                group.addTask { try await self.awaitEngine() }
                group.addTask { try await self.feedWatchdog() }
                group.addTask { await self.forward(orders) }
                log.log(.agentStarted, "berth watches \(settings.summary)")
                serviceManager.ready(status: await status.text)
                await obey(in: &group)
                // A step or a switch that is under way is not cut short, and may take longer than the unit's own time to stop.
                serviceManager.stopping(status: "Stopping")
                serviceManager.extendTimeout(by: Phase.before.rule.limit)
                group.cancelAll()
            }
        } catch is CancellationError {
            // It was ordered to stop.
        }
        if let trouble { throw trouble }
        log.notice("berth has stopped")
    }

    /// Ends the agent as if it were ordered to, and lets ``run(_:)`` throw the reason.
    func end(because error: any Error) {
        trouble = error
        letterBox.yield(.stop)
    }

    private func forward(_ orders: AsyncStream<Order>) async {
        for await order in orders { letterBox.yield(order) }
    }

    /// Returns when the agent is to stop.
    private func obey(in group: inout ThrowingDiscardingTaskGroup<any Error>) async {
        for await order in inbox {
            switch order {
            case .reload: await reload(in: &group)
            case .stop: return
            }
        }
    }

    /// Loads the settings again; invalid ones change nothing.
    private func reload(in group: inout ThrowingDiscardingTaskGroup<any Error>) async {
        serviceManager.reloading()
        do throws(SettingsError) {
            settings = try hostFile.load()
            await adopt(settings, in: &group)
            log.notice("berth has read its settings again: \(settings.summary)")
        } catch {
            log.log(.settingsRejected, "The settings stay as they were: \(error)")
        }
        serviceManager.ready(status: await status.text)
    }
}
