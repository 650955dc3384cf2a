import Docker
import DockerModel
import Linux
import Logging
import NIOCore
import Rules
import Systemd
import SystemPackage

/// `berth agent`: one worker per app, and what they share.
package actor Agent {
    /// What the agent is told from outside.
    package enum Order: Sendable {
        case reload, stop
    }

    private let hostFile: HostFile
    let context: Context
    let serviceManager: ServiceManager
    let spoolWatch: SpoolWatch
    var settings: Settings
    var workers: [AppName: Worker] = [:]
    /// What has been said already, so that it is said once.
    var unwatched: [Spool: Errno] = [:]
    var stuck: [AppName: SpoolError] = [:]
    private var trouble: (any Error)?
    private let orders: AsyncStream<Order>
    private let order: AsyncStream<Order>.Continuation

    /// Reads the host's file; an agent that has none that is right does not start.
    package init(
        hostFile: HostFile,
        context: Context,
        serviceManager: ServiceManager
    ) async throws {
        self.hostFile = hostFile
        self.context = context
        self.serviceManager = serviceManager
        settings = try hostFile.load()
        (orders, order) = AsyncStream.makeStream(of: Order.self)
        spoolWatch = try await SpoolWatch(on: context.eventLoop)
    }

    /// Watches the spools and deploys, until it is ordered to stop.
    ///
    /// - Throws: what ends the agent against its will: the watch on the spools.
    package func run(_ orders: AsyncStream<Order>) async throws {
        do {
            try await withThrowingDiscardingTaskGroup { group in
                await adopt(settings, in: &group)
                group.addTask { await self.watchSpools() }
                group.addTask { try await self.awaitEngine() }
                group.addTask { try await self.feedWatchdog() }
                group.addTask { await self.forward(orders) }
                log.log(.agentStarted, "berth watches \(settings.summary)")
                serviceManager.ready(status: await context.status.text)
                await obey(in: &group)
                // A step or a switch that is under way is not cut short, and may take longer than the unit's own time to stop.
                serviceManager.stopping(status: "Stopping")
                serviceManager.extendTimeout(by: Phase.before.limit)
                group.cancelAll()
            }
        } catch is CancellationError {
            log.notice("berth has stopped")
        }
        if let trouble { throw trouble }
    }

    /// Ends the agent as if it were ordered to, and lets ``run(_:)`` throw the reason.
    func end(because error: any Error) {
        trouble = error
        order.yield(.stop)
    }

    private func forward(_ orders: AsyncStream<Order>) async {
        for await order in orders { self.order.yield(order) }
    }

    /// Returns when the agent is to stop.
    private func obey(in group: inout ThrowingDiscardingTaskGroup<any Error>) async {
        for await order in orders {
            switch order {
            case .reload: await reload(in: &group)
            case .stop: return
            }
        }
    }

    var log: Logger { context.log }

    /// Re-reads the host's file; one that is wrong changes nothing.
    private func reload(in group: inout ThrowingDiscardingTaskGroup<any Error>) async {
        serviceManager.reloading()
        do throws(SettingsError) {
            settings = try hostFile.load()
            await adopt(settings, in: &group)
            log.notice("The host's file was read again: \(settings.summary)")
        } catch {
            log.log(.settingsRejected, "The host's file is wrong, and the settings stay as they were: \(error)")
        }
        serviceManager.ready(status: await context.status.text)
    }
}
