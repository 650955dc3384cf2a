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
/// It must not run during a pull: see ``ImageLock``.
package struct DiskGuard: Sendable {
    /// How far a prune goes.
    package enum Extent: Sendable {
        /// Dangling images only.
        case dangling
        /// Dangling images and, above the guard limit, everything else that may be removed.
        case guarded
        /// The same; the report explains what is kept even if nothing is removed.
        case explained
    }

    /// After this time, no further removal is started, because pulls wait for the prune.
    static let limit = Duration.seconds(15 * 60)

    let session: EngineSession
    /// The Engine's own facts, for example its root folder.
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

    /// The disk usage now; nil, with a warning, if it cannot be read. Nothing is removed then.
    func usage() -> Usage? {
        do throws(Failure) {
            return try Usage.measured(info)
        } catch {
            log.log(.pruneFailed, "Nothing is removed: \(error.reason)")
            return nil
        }
    }

    /// Reports what a prune would remove and keep, without changing anything.
    package func plan() async throws -> PruneReport {
        let usage = usage()
        let images = try await session.images(sharedSize: true)
        let inventory = try await inventory(.explained, images, Sightings(in: host.state))
        let plan = PrunePlan(inventory, usage, settings.disk)
        let steps = plan.removals.map { PruneReport.Step(removal: $0, outcome: .planned) }
        return PruneReport(before: usage, steps: steps, kept: plan.kept, after: nil)
    }

    /// Removes what the plan says, measuring after each removal, until there is enough room or nothing more may go.
    package func prune(_ extent: Extent) async throws -> PruneReport {
        let deadline = host.clock.now.advanced(by: Self.limit)
        let before = usage()
        var state = GuardState(settings.disk)
        let isCalledFor = extent != .dangling && state.isCalledFor(before)
        // Also if nothing may go, or the prune ends early.
        defer { if isCalledFor { host.happenings.note(.guardRan) } }
        let isWhole = isCalledFor || extent == .explained
        // Not by the Engine's own filter: with the containerd store an image with names may be dangling to it, and one with
        // a digest alone is not.
        let images = try await session.images(sharedSize: isWhole)
        let sightings = sight(images)
        guard isWhole || images.contains(where: \.repoTags.isEmpty) else {
            return PruneReport(before: before, after: before)
        }
        let inventory = try await inventory(isWhole ? extent : .dangling, images, sightings)
        let plan = PrunePlan(inventory, before, settings.disk, danglingAlone: !isWhole)
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
            log.log(.pruneFailed, "A prune took too long, and did not remove everything that may be removed")
        }
        return report
    }

    /// Saves when images were first seen here; the Engine does not know it for pulled images.
    private func sight(_ images: [ImageSummary]) -> Sightings {
        var sightings = Sightings(in: host.state)
        do throws(Errno) {
            try sightings.update(images.map(\.id), at: .now, in: host.state)
        } catch {
            log.debug("The arrival times of images cannot be saved: \(error)")
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

    /// - Throws: if the Engine no longer answers, because further removals would fail too.
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
    /// - Parameters:
    ///   - patience: how long to wait for pulls and other prunes.
    ///   - first: what is to be removed before.
    /// - Returns: nil if the prune failed or was skipped; a failure is only a warning.
    @discardableResult
    func pruneInTurn(
        _ extent: Extent,
        patience: Duration = .zero,
        _ log: DeploymentLog,
        first: () async throws -> Void = {}
    ) async -> PruneReport? {
        do {
            let report = try await host.imageLock.prune(patience: patience) {
                try await first()
                return try await prune(extent)
            }
            if report == nil { log.info("nothing is pruned now: a pull or another prune is under way") }
            return report
        } catch {
            guard !Task.isCancelled else { return nil }
            log.event(.pruneFailed, "pruning has ended early: \(Failure(any: error).reason)")
            return nil
        }
    }
}
