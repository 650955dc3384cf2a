import Docker
import Logging

extension Deployment {
    /// `docker image prune -f`, and the guard that was `[ "$DISK_USAGE" -gt 80 ] && docker system prune -af --volumes`, before
    /// the pull.
    ///
    /// That nothing can be removed is no reason to stop; that there is no room is.
    func makeRoom(_ target: Target) async throws(Failure) {
        let disk = diskGuard(target)
        let report = await prune(disk, .guarded, patience: .seconds(120))
        let usage = if let report { report.after } else { try? await disk.usage() }
        guard let fullest = usage?.fullest, fullest.percent > settings.disk.refuse else { return }
        let attempt = report == nil ? "it could not be pruned now" : "nothing more may be removed"
        let occupants = await disk.occupants(of: fullest, kept: report?.kept ?? [])
        let biggest =
            occupants.isEmpty ? "" : "; the biggest there: " + occupants.map { "\($0)" }.joined(separator: "; ")
        throw Failure(
            "there is no room: \(fullest), more than \(settings.disk.refuse) %, and \(attempt)\(biggest)",
            hint: "make room and drop it again; see du \(fullest.lacksInodes ? "--inodes " : "")-xh \(fullest.path)",
            verdict: .refused
        )
    }

    /// Prunes while nobody pulls; nil where it failed, or was left out, which is never more than a warning.
    func prune(
        _ disk: DiskGuard,
        _ extent: DiskGuard.Extent,
        patience: Duration = .zero
    ) async -> PruneReport? {
        do {
            let report = try await context.imageLock.prune(patience: patience) { try await disk.prune(extent) }
            if report == nil { log.info("\(name): nothing is pruned now, since a pull or another prune is under way") }
            return report
        } catch {
            log.log(.pruneFailed, "\(name): pruning has ended early: \(Failure(error).reason)")
            return nil
        }
    }

    func diskGuard(_ target: Target) -> DiskGuard {
        var disk = DiskGuard(engine: target.engine, settings: settings, context: context, log: log)
        let images = target.model.services.keys.map(target.reference)
        disk.asker = DiskGuard.Asker(app: record.app, number: record.number, images: images)
        return disk
    }
}
