import Docker
import DockerModel
import Linux
import Logging
import Rules

extension Deployment {
    /// `docker image prune -f`, and the guard that was `[ "$DISK_USAGE" -gt 80 ] && docker system prune -af --volumes`, before
    /// the pull.
    ///
    /// That nothing can be removed is no reason to stop; that there is no room is.
    func makeRoom(_ target: Target) async throws(Failure) {
        guard let disk = await diskGuard(target.engine), let before = disk.usage() else { return }
        let report = await prune(disk, .guarded, patience: patience(before))
        let usage = if let report { report.after } else { disk.usage() }
        guard let fullest = usage?.fullest, fullest.percent > settings.disk.refuse else { return }
        let attempt =
            switch report?.isComplete {
            case nil: "it could not be pruned now"
            case true?: "nothing more may be removed"
            case false?: "not everything that may go could be removed"
            }
        let occupants = await disk.occupants(of: fullest, kept: report?.kept ?? [])
        let biggest =
            occupants.isEmpty ? "" : "; the biggest there: " + occupants.map { "\($0)" }.joined(separator: "; ")
        throw Failure(
            "there is no room: \(fullest), more than \(settings.disk.refuse) %, and \(attempt)\(biggest)",
            hint: "make room and drop it again; see du \(fullest.lacksInodes ? "--inodes " : "")-xh \(fullest.path)",
            verdict: .refused
        )
    }

    /// How long a prune waits for the pulls of other apps: not for dangling images, a little for the guard, and longer where the
    /// drop would be refused otherwise.
    private func patience(_ usage: Usage) -> Duration {
        let isDecisive = usage.filesystems.contains { !$0.holds.isEmpty && $0.percent > settings.disk.refuse }
        if isDecisive { return .seconds(30 * 60) }
        return GuardState(settings.disk).isCalledFor(usage) ? .seconds(120) : .zero
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
            guard !Task.isCancelled else { return nil }
            log.log(.pruneFailed, "\(name): pruning has ended early: \(Failure(error).reason)")
            return nil
        }
    }

    /// Nil, and a warning, where the Engine does not say where it keeps what it has.
    func diskGuard(_ engine: Engine) async -> DiskGuard? {
        do throws(EngineError) {
            let info = if let engineInfo { engineInfo } else { try await engine.info() }
            return DiskGuard(engine: engine, info: info, settings: settings, context: context, log: log)
        } catch {
            log.log(.pruneFailed, "\(name): nothing is pruned: \(Failure(error).reason)")
            return nil
        }
    }
}
