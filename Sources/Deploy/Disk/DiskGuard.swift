import Docker
import Logging

/// Makes room on the host: `docker image prune -f`, and above the guard what else nobody needs.
///
/// It must not run beside a pull: see ``ImageLock``.
package struct DiskGuard: Sendable {
    /// The deployment that asks for room, and what it is about to look for on the host.
    struct Asker: Sendable {
        let app: AppName
        let number: Int
        let images: [ImageReference]
    }

    /// How far a prune goes.
    package enum Extent: Sendable {
        /// Dangling images alone.
        case dangling
        /// They, and above the guard what else may go.
        case guarded
        /// The same, and what stays is told even where nothing is to go.
        case explained
    }

    /// An Engine that has been negotiated with.
    let engine: Engine
    let settings: Settings
    let context: Context
    let log: Logger
    /// Nil for a prune by hand.
    var asker: Asker?

    package init(engine: Engine, settings: Settings, context: Context, log: Logger) {
        self.engine = engine
        self.settings = settings
        self.context = context
        self.log = log
    }

    /// How full the host is now; nil where that cannot be read.
    func usage() async throws(EngineError) -> Usage? {
        measure(try await engine.info())
    }

    /// What would be done, and what would stay.
    package func plan() async throws -> PruneReport {
        let usage = try await usage()
        let plan = PrunePlan(try await inventory(.explained), usage, settings.disk, threshold: settings.disk.guard)
        return PruneReport(
            before: usage,
            steps: plan.removals.map { PruneReport.Step(removal: $0, outcome: .planned) },
            kept: plan.kept,
            after: nil
        )
    }

    /// Removes what the plan says, and measures after each removal: it ends where there is room enough, or nothing more may go.
    package func prune(_ extent: Extent) async throws -> PruneReport {
        let info = try await engine.info()
        let before = measure(info)
        var report = PruneReport(before: before, after: before)
        var hasStarted = false
        while let plan = try await nextPlan(extent, after: report, hasStarted) {
            report.kept = plan.kept
            if plan.removals.isEmpty { break }
            for removal in plan.removals {
                try Task.checkCancellation()
                if removal.reason != .dangling {
                    let threshold = threshold(hasStarted)
                    guard let fullest = report.after?.fullest(holding: removal.subject.content),
                        fullest.percent > threshold
                    else { continue }
                    if !hasStarted { announce(fullest) }
                    hasStarted = true
                }
                report.steps.append(await take(removal))
                report.after = measure(info)
            }
        }
        return report
    }

    /// The guard starts above its own limit, and then goes on down to its target.
    private func threshold(_ hasStarted: Bool) -> Int {
        hasStarted ? settings.disk.target : settings.disk.guard
    }

    /// What is to go next; nil where a quick look tells that there is nothing.
    private func nextPlan(
        _ extent: Extent,
        after report: PruneReport,
        _ hasStarted: Bool
    ) async throws -> PrunePlan? {
        let threshold = threshold(hasStarted)
        let isAbove = Filesystem.Content.allCases.contains { report.after?.isAbove(threshold, holding: $0) == true }
        let extent = extent == .guarded && !isAbove ? .dangling : extent
        if extent == .dangling, try await !engine.images().contains(where: \.repoTags.isEmpty) { return nil }
        return PrunePlan(
            try await inventory(extent),
            report.after,
            settings.disk,
            threshold: extent == .dangling ? nil : threshold,
            failed: report.failed
        )
    }

    /// How full the host is; nil, and a warning, where that cannot be read, upon which nothing goes.
    private func measure(_ info: EngineInfo) -> Usage? {
        do throws(Failure) {
            return try Usage.measured(info)
        } catch {
            log.log(.pruneFailed, "Nothing is removed: \(error.reason)")
            return nil
        }
    }

    private func announce(_ filesystem: Filesystem) {
        log.log(
            .diskGuardStarted,
            """
            The disk guard makes room: \(filesystem), more than \(settings.disk.guard) %; \
            it frees down to \(settings.disk.target) %
            """
        )
    }

    private func take(_ removal: Removal) async -> PruneReport.Step {
        do {
            try await remove(removal.subject)
            log.info("Removed \(removal.subject): \(removal.reason)\(removal.frees.map { ", \($0.inUnits)" } ?? "")")
            return PruneReport.Step(removal: removal, outcome: .removed)
        } catch {
            let problem = Failure(error).problem
            log.warning("\(removal.subject) could not be removed, and stays: \(problem)")
            return PruneReport.Step(removal: removal, outcome: .failed(problem))
        }
    }
}
