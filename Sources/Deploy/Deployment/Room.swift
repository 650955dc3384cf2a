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
        let usage: Usage?
        do {
            usage = if let report { report.after } else { try await disk.usage() }
        } catch {
            return warn(error)
        }
        guard let fullest = usage?.fullest, fullest.isAbove(settings.disk.refuse) else { return }
        let occupants = await disk.occupants(of: fullest, kept: report?.kept ?? [])
        throw Failure(
            "there is no room: \(fullest), more than \(settings.disk.refuse) %, and berth may remove nothing more",
            hint: occupants.isEmpty
                ? "see what fills it: du -x \(fullest.path)"
                : "the biggest there: " + occupants.map { "\($0)" }.joined(separator: "; "),
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
            if report == nil { log.info("\(name): nothing is pruned for now, since another app pulls") }
            return report
        } catch {
            warn(error)
            return nil
        }
    }

    func diskGuard(_ target: Target) -> DiskGuard {
        DiskGuard(
            engine: target.engine,
            settings: settings,
            context: context,
            log: log,
            own: DiskGuard.Own(
                app: record.app,
                number: record.number,
                images: target.model.services.keys.map(target.reference)
            )
        )
    }

    private func warn(_ error: any Error) {
        log.log(.pruneFailed, "\(name): nothing could be pruned: \(Failure(error).reason)")
    }
}
