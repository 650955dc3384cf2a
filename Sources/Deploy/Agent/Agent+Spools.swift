import Docker
import Logging
import Rules
import SystemPackage

extension Agent {
    /// Applies settings: starts workers for new apps, retires those of removed apps, and watches the right spools.
    func adopt(_ settings: Settings, in group: inout ThrowingDiscardingTaskGroup<any Error>) async {
        var made: [AppName: Worker] = [:]
        var last: [AppName: String] = [:]
        for (name, app) in settings.apps {
            if await workers[name]?.adopt(app, settings) == true { continue }
            guard let worker = await makeWorker(for: app, settings) else { continue }
            made[name] = worker
            last[name] = await worker.lastVerdict
        }
        // Once for all apps: the status names each of them.
        await status.watch(settings.apps.keys, last: last)
        for (name, worker) in made { start(worker, for: name, in: &group) }
        // The workers have made the folders of new apps.
        Readers(state: host.state, log: log).apply(settings)
        // A retired worker stays listed until it ends: if its app returns meanwhile, two workers must not deploy it.
        for (name, worker) in workers where settings.apps[name] == nil { await worker.retire() }
        for worker in workers.values { await worker.notePast() }
        host.happenings.note(.settings(settings))
        let unwatched = await spoolWatch.watch(settings.apps.values.map { Spool($0.spool) })
        await scan(unwatched: unwatched)
    }

    /// Ends what an earlier agent left of apps that the settings no longer name.
    func endRemoved(in group: inout ThrowingDiscardingTaskGroup<any Error>) async {
        for name in (try? Store.apps(in: host.state)) ?? [] where settings.apps[name] == nil {
            let app = AppSettings(unwritten: name)
            guard let worker = await makeWorker(for: app, settings, isRemoved: true) else { continue }
            start(worker, for: name, in: &group)
        }
    }

    private func start(
        _ worker: Worker,
        for name: AppName,
        in group: inout ThrowingDiscardingTaskGroup<any Error>
    ) {
        workers[name] = worker
        group.addTask {
            await worker.run()
            await self.forget(worker, of: name)
        }
    }

    private func forget(_ worker: Worker, of name: AppName) {
        if workers[name] === worker { workers[name] = nil }
    }

    /// The history of every app that has records: from its worker, with deployments under way, or from the disk.
    private func histories() async throws -> [AppName: History] {
        try await host.histories { name in await self.workers[name]?.past }
    }

    /// Nil if the app's records cannot be kept; its drops then stay in the spool.
    private func makeWorker(for app: AppSettings, _ settings: Settings, isRemoved: Bool = false) async -> Worker? {
        do {
            return try await Worker(
                app: app,
                settings: settings,
                isRemoved: isRemoved,
                host: host,
                status: status,
                log: log,
                leftHolds: leftHolds,
                histories: { try await self.histories() }
            )
        } catch {
            log.log(.stateUnwritable, "\(app.name): its records cannot be kept: \(error)", .app(app.name))
            return nil
        }
    }

    /// Scans all spools after every inotify event. If the watch fails, the agent stops.
    func watchSpools() async {
        do {
            try await spoolWatch.run { unwatched in await self.scan(unwatched: unwatched) }
        } catch {
            if !Task.isCancelled { end(because: error) }
        }
    }

    /// Reports the spools that cannot be watched, and takes every drop from the others.
    private func scan(unwatched: [Spool: Errno]) async {
        report(unwatched)
        await scan()
    }

    func scan() async {
        // A reload scans too: it must not claim a drop that is just being recorded.
        mustScan = true
        guard !isScanning else { return }
        isScanning = true
        defer { isScanning = false }
        while mustScan {
            mustScan = false
            await takeDrops()
        }
    }

    func spool(of name: AppName) -> Spool? {
        settings.apps[name].map { Spool($0.spool) }
    }

    /// Logs once for each spool that it cannot be watched.
    private func report(_ unwatched: [Spool: Errno]) {
        for name in settings.apps.keys.sorted() {
            guard let spool = spool(of: name), let reason = unwatched[spool], self.unwatched[spool] != reason else {
                continue
            }
            log.log(
                .spoolUnwatchable,
                """
                \(name): drops cannot arrive in \(spool.folder): \(reason); \
                the folder must exist, and user berth must be able to read and write it
                """,
                .app(name)
            )
        }
        self.unwatched = unwatched
    }
}
