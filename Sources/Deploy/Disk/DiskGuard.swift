import Docker
import DockerModel
import Linux
import Logging
import Rules
import SystemPackage

/// Makes room on the host: `docker image prune -f`, and above the guard what else nobody needs.
///
/// It must not run beside a pull: see ``ImageLock``.
package struct DiskGuard: Sendable {
    /// How far a prune goes.
    package enum Extent: Sendable {
        /// Dangling images alone.
        case dangling
        /// They, and above the guard what else may go.
        case guarded
        /// The same, and what stays is told even where nothing is to go.
        case explained
    }

    /// After so long no further removal is begun, whatever is left to go: pulls wait for it.
    static let limit = Duration.seconds(15 * 60)

    /// An Engine that has been negotiated with.
    let engine: Engine
    /// What the Engine says of itself: where it keeps what it has.
    let info: EngineInfo
    let settings: Settings
    let context: Context
    let log: Logger

    package init(engine: Engine, info: EngineInfo, settings: Settings, context: Context, log: Logger) {
        self.engine = engine
        self.info = info
        self.settings = settings
        self.context = context
        self.log = log
    }

    /// How full the host is now; nil, and a warning, where that cannot be read, upon which nothing may go.
    func usage() -> Usage? {
        do throws(Failure) {
            return try Usage.measured(info)
        } catch {
            log.log(.pruneFailed, "Nothing is removed: \(error.reason)")
            return nil
        }
    }

    /// What would be done, and what would stay.
    package func plan() async throws -> PruneReport {
        let usage = usage()
        let images = try await engine.images(sharedSize: true)
        let inventory = try await inventory(.explained, images, Sightings(in: context.state))
        let plan = PrunePlan(inventory, usage, settings.disk)
        let steps = plan.removals.map { PruneReport.Step(removal: $0, outcome: .planned) }
        return PruneReport(before: usage, steps: steps, kept: plan.kept, after: nil)
    }

    /// Removes what the plan says, and measures after each removal: it ends where there is room enough, or nothing more may go.
    package func prune(_ extent: Extent) async throws -> PruneReport {
        let deadline = context.clock.now.advanced(by: Self.limit)
        let before = usage()
        var state = GuardState(settings.disk)
        let extent = extent == .guarded && !state.isCalledFor(before) ? .dangling : extent
        let images = try await engine.images(sharedSize: extent != .dangling)
        let sightings = sight(images)
        guard extent != .dangling || images.contains(where: \.repoTags.isEmpty) else {
            return PruneReport(before: before, after: before)
        }
        let inventory = try await inventory(extent, images, sightings)
        let plan = PrunePlan(inventory, before, settings.disk, danglingAlone: extent == .dangling)
        var report = PruneReport(before: before, kept: plan.kept, after: before)
        for removal in plan.removals + plan.reserve {
            let turn = state.turn(of: removal, report.after)
            if turn == .leave {
                report.keep(removal, report.after == nil ? .usageUnknown : .roomEnough)
            } else if Task.isCancelled || context.clock.now >= deadline {
                report.keep(removal, .noTimeLeft)
            } else {
                if case .start(let filesystem) = turn { announce(filesystem) }
                try await take(removal, &report)
            }
        }
        if context.clock.now >= deadline, !report.isComplete {
            log.log(.pruneFailed, "A prune has taken too long, and has not removed everything that may go")
        }
        return report
    }

    /// Remembers since when images are here, which the Engine does not tell of one that was pulled.
    private func sight(_ images: [ImageSummary]) -> Sightings {
        var sightings = Sightings(in: context.state)
        do throws(Errno) {
            try sightings.update(images.map(\.id.rawValue), at: Timestamp.now.sinceEpoch, in: context.state)
        } catch {
            log.debug("Since when images are here cannot be written down: \(error)")
        }
        return sightings
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

    /// - Throws: where the Engine no longer answers: there is no use in asking it for the next.
    private func take(_ removal: Removal, _ report: inout PruneReport) async throws {
        do {
            guard try await remove(removal.subject) else { return report.keep(removal, .cacheInUse) }
            log.info("Removed \(removal.subject): \(removal.reason)\(removal.frees.map { ", \($0.inUnits)" } ?? "")")
            report.add(PruneReport.Step(removal: removal, outcome: .removed))
        } catch let error as EngineError where error.isOutage {
            throw error
        } catch {
            let problem = Failure(error).problem
            log.warning("\(removal.subject) could not be removed, and stays: \(problem)")
            report.add(PruneReport.Step(removal: removal, outcome: .failed(problem)))
        }
        report.after = usage()
    }
}
