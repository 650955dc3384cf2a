import Docker
import Logging
import NIOCore
import SystemPackage
import Systemd

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
    var unwatched: [Spool: Errno] = [:]

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
        spoolWatch = try await SpoolWatch(on: context.eventLoop)
    }

    /// Watches the spools and deploys, until it is ordered to stop.
    ///
    /// - Throws: what ends the agent against its will: the watch on the spools.
    package func run(_ orders: AsyncStream<Order>) async throws {
        do {
            try await withThrowingDiscardingTaskGroup { group in
                await adopt(settings, in: &group)
                group.addTask { try await self.watchSpools() }
                group.addTask { try await self.awaitEngine() }
                group.addTask { try await self.feedWatchdog() }
                log.log(.agentStarted, "berth watches \(settings.apps.count) apps")
                serviceManager.ready(status: await context.status.text)
                await obey(orders, in: &group)
                // A switch that is under way is not cut short, and may take longer than the unit's own time to stop.
                serviceManager.stopping(status: "Stopping")
                serviceManager.extendTimeout(by: Phase.up.limit)
                group.cancelAll()
            }
        } catch is CancellationError {
            log.notice("berth has stopped")
        }
    }

    /// Returns when the agent is to stop.
    private func obey(_ orders: AsyncStream<Order>, in group: inout ThrowingDiscardingTaskGroup<any Error>) async {
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
            log.notice("The host's file was read again: \(settings.apps.count) apps")
            serviceManager.ready(status: await context.status.text)
        } catch {
            log.log(.settingsRejected, "The host's file is wrong, and the settings stay as they were: \(error)")
            serviceManager.ready(status: await context.status.text)
        }
    }
}
