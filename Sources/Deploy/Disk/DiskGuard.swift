import Docker
import DockerModel
import Linux
import Logging
import Rules
import SystemPackage

/// Gives the history of every app that has records on this host.
package typealias Histories = @Sendable () async throws -> [AppName: History]

/// Makes room on the host: `docker image prune -f`, and above the guard limit everything else that nothing needs.
///
/// It must not run beside a pull: see ``ImageLock``.
package struct DiskGuard: Sendable {
    /// How far a prune goes.
    package enum Extent: Sendable {
        /// Dangling images alone.
        case dangling
        /// Dangling images and, above the guard limit, everything else that may go.
        case guarded
        /// The same; the report explains what is kept even if nothing is removed.
        case explained
    }

    /// After so long no further removal is begun, whatever is left to go: pulls wait for it.
    static let limit = Duration.seconds(15 * 60)

    let session: EngineSession
    /// What the Engine says of itself, for example in which folder images lie.
    let info: EngineInfo
    let settings: Settings
    let host: Host
    let log: Logger
    let histories: Histories

    package init(
        session: EngineSession,
        info: EngineInfo,
        settings: Settings,
        host: Host,
        log: Logger,
        histories: @escaping Histories
    ) {
        self.session = session
        self.info = info
        self.settings = settings
        self.host = host
        self.log = log
        self.histories = histories
    }

    /// How full the host is now; nil, with a warning, if that cannot be read. Nothing is removed then.
    func usage() -> Usage? {
        do throws(Failure) {
            return try Usage.measured(info)
        } catch {
            log.log(.pruneFailed, "Nothing is removed: \(error.reason)")
            return nil
        }
    }

    /// What a prune would do, and what would stay; nothing is changed.
    package func plan() async throws -> PruneReport {
        let usage = usage()
        let images = try await session.images(sharedSize: true)
        let inventory = try await inventory(.explained, images, Sightings(in: host.state))
        let plan = PrunePlan(inventory, usage, settings.disk)
        let steps = plan.removals.map { PruneReport.Step(removal: $0, outcome: .planned) }
        return PruneReport(before: usage, steps: steps, kept: plan.kept, after: nil)
    }

    /// Removes what the plan says, and measures after each removal. It ends if there is room enough, or nothing more may go.
    package func prune(_ extent: Extent) async throws -> PruneReport {
        let deadline = host.clock.now.advanced(by: Self.limit)
        let before = usage()
        var state = GuardState(settings.disk)
        let extent = extent == .guarded && !state.isCalledFor(before) ? .dangling : extent
        let images = try await session.images(sharedSize: extent != .dangling)
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
            } else if Task.isCancelled || host.clock.now >= deadline {
                report.keep(removal, .noTimeLeft)
            } else {
                if case .start(let filesystem) = turn { announce(filesystem) }
                try await take(removal, &report)
            }
        }
        if host.clock.now >= deadline, !report.isComplete {
            log.log(.pruneFailed, "A prune has taken too long, and has not removed everything that may go")
        }
        return report
    }

    /// Remembers since when images are here, which the Engine does not tell of one that was pulled.
    private func sight(_ images: [ImageSummary]) -> Sightings {
        var sightings = Sightings(in: host.state)
        do throws(Errno) {
            try sightings.update(images.map(\.id), at: .now, in: host.state)
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
            let problem = Failure(any: error).sentence
            log.warning("\(removal.subject) could not be removed, and stays: \(problem)")
            report.add(PruneReport.Step(removal: removal, outcome: .failed(problem)))
        }
        report.after = usage()
    }

    /// Prunes while no app pulls.
    ///
    /// - Parameter patience: how long to wait for pulls and other prunes.
    /// - Returns: nil if the prune failed, or was left out; that is never more than a warning.
    func pruneInTurn(_ extent: Extent, patience: Duration = .zero) async -> PruneReport? {
        do {
            let report = try await host.imageLock.prune(patience: patience) { try await prune(extent) }
            if report == nil { log.info("Nothing is pruned now: a pull or another prune is under way") }
            return report
        } catch {
            guard !Task.isCancelled else { return nil }
            log.log(.pruneFailed, "Pruning has ended early: \(Failure(any: error).reason)")
            return nil
        }
    }
}
