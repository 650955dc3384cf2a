import Docker
import Logging
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

    /// After so long a prune ends, whatever is left to go: pulls wait for it.
    private static let limit = Duration.seconds(15 * 60)

    /// An Engine that has been negotiated with.
    let engine: Engine
    let settings: Settings
    let context: Context
    let log: Logger

    package init(engine: Engine, settings: Settings, context: Context, log: Logger) {
        self.engine = engine
        self.settings = settings
        self.context = context
        self.log = log
    }

    /// How full the host is now; nil, and a warning, where that cannot be read, upon which nothing may go.
    func usage() async throws(EngineError) -> Usage? {
        measure(try await engine.info())
    }

    /// What would be done, and what would stay.
    package func plan() async throws -> PruneReport {
        let usage = try await usage()
        let images = try await engine.images(sharedSize: true)
        let inventory = try await inventory(.explained, images, Sightings(in: context.state))
        let plan = PrunePlan(inventory, usage, settings.disk)
        let steps = plan.removals.map { PruneReport.Step(removal: $0, outcome: .planned) }
        return PruneReport(before: usage, steps: steps, kept: plan.kept, after: nil)
    }

    /// Removes what the plan says, and measures after each removal: it ends where there is room enough, or nothing more may go.
    package func prune(_ extent: Extent) async throws -> PruneReport {
        let info = try await engine.info()
        let before = measure(info)
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
        let deadline = context.clock.now.advanced(by: Self.limit)
        for removal in plan.removals + plan.reserve {
            switch state.turn(of: removal, report.after) {
            case .leave: continue
            case .start(let filesystem): announce(filesystem)
            case .take: break
            }
            guard !Task.isCancelled, context.clock.now < deadline else { break }
            report.add(try await take(removal))
            report.after = measure(info)
        }
        return report
    }

    private func measure(_ info: EngineInfo) -> Usage? {
        do throws(Failure) {
            return try Usage.measured(info)
        } catch {
            log.log(.pruneFailed, "Nothing is removed: \(error.reason)")
            return nil
        }
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
    private func take(_ removal: Removal) async throws -> PruneReport.Step {
        do {
            try await remove(removal.subject)
            log.info("Removed \(removal.subject): \(removal.reason)\(removal.frees.map { ", \($0.inUnits)" } ?? "")")
            return PruneReport.Step(removal: removal, outcome: .removed)
        } catch let error as EngineError where error.isSilence {
            throw error
        } catch {
            let problem = Failure(error).problem
            log.warning("\(removal.subject) could not be removed, and stays: \(problem)")
            return PruneReport.Step(removal: removal, outcome: .failed(problem))
        }
    }
}
