import Logging
import SystemPackage

extension Agent {
    /// Makes these the settings that hold: workers for new apps, none for apps that are gone, the right spools watched.
    func adopt(_ settings: Settings, in group: inout ThrowingDiscardingTaskGroup<any Error>) async {
        await context.status.watch(settings.apps.keys)
        for (name, app) in settings.apps {
            if let worker = workers[name] {
                await worker.adopt(app)
            } else if let worker = makeWorker(for: app) {
                workers[name] = worker
                group.addTask { await worker.run() }
            }
        }
        for (name, worker) in workers where settings.apps[name] == nil {
            await worker.retire()
            workers[name] = nil
        }
        let unwatched = await spoolWatch.watch(settings.apps.values.map { Spool($0.spool) })
        await scan(unwatched: unwatched)
    }

    /// An app whose records cannot be kept is not worked for: its drops stay where they are.
    private func makeWorker(for app: AppSettings) -> Worker? {
        do {
            return try Worker(app: app, context: context)
        } catch {
            log.error("\(app.name): its records cannot be kept: \(error)", metadata: ["app": "\(app.name)"])
            return nil
        }
    }

    /// Looks into every spool whenever a drop may have arrived.
    func watchSpools() async throws {
        try await spoolWatch.run { unwatched in await self.scan(unwatched: unwatched) }
    }

    /// Takes every drop that lies in a spool.
    private func scan(unwatched: [Spool: Errno]) async {
        report(unwatched)
        for (name, app) in settings.apps.sorted(by: { $0.key < $1.key }) {
            guard let worker = workers[name] else { continue }
            do throws(SpoolError) {
                while let claim = try Spool(app.spool).claim() {
                    await worker.take(claim)
                }
            } catch {
                log.log(
                    .dropStuck,
                    "\(name): a drop lies in the spool and cannot be taken: \(error)",
                    ["app": "\(name)"]
                )
            }
        }
    }

    /// Says once of each spool that it cannot be watched.
    private func report(_ unwatched: [Spool: Errno]) {
        for (name, app) in settings.apps.sorted(by: { $0.key < $1.key }) {
            let spool = Spool(app.spool)
            guard let reason = unwatched[spool], self.unwatched[spool] != reason else { continue }
            let problem = "\(name): drops cannot arrive in \(app.spool): \(reason)"
            log.log(
                .spoolUnwatchable,
                "\(problem); it must exist, and user berth must be able to read and write it",
                ["app": "\(name)"]
            )
        }
        self.unwatched = unwatched
    }
}
