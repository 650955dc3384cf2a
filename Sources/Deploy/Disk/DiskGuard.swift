import Docker
import Logging

/// Makes room on the host: `docker image prune -f`, and above the guard what else nobody needs.
///
/// It must not run beside a pull: see ``ImageLock``.
package struct DiskGuard: Sendable {
    /// The deployment that asks for room, and what it will look for on the host.
    struct Own: Sendable {
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
    var own: Own?

    package init(engine: Engine, settings: Settings, context: Context, log: Logger) {
        self.init(engine: engine, settings: settings, context: context, log: log, own: nil)
    }

    init(engine: Engine, settings: Settings, context: Context, log: Logger, own: Own?) {
        self.engine = engine
        self.settings = settings
        self.context = context
        self.log = log
        self.own = own
    }

    /// How full the host is now.
    package func usage() async throws -> Usage {
        try Usage.measured(try await engine.info())
    }

    /// What would be done, and what would stay.
    package func plan() async throws -> PruneReport {
        let usage = try await usage()
        let plan = PrunePlan(try await inventory(.explained), usage, settings.disk)
        return PruneReport(
            before: usage,
            removals: plan.removals.map { PruneReport.Step(removal: $0, outcome: .planned) },
            kept: plan.kept,
            after: nil
        )
    }

    /// Removes what the plan says, and measures after each removal: it ends where there is room enough, or nothing more may go.
    package func prune(_ extent: Extent) async throws -> PruneReport {
        let info = try await engine.info()
        var usage = try Usage.measured(info)
        var report = PruneReport(before: usage, after: usage)
        // The guard starts above its own limit, and then goes on down to its target.
        var threshold = settings.disk.guard
        while let plan = try await plan(extent, usage, threshold, report.failed) {
            report.kept = plan.kept
            if plan.removals.isEmpty { break }
            for removal in plan.removals {
                if removal.reason != .dangling {
                    guard usage.isAbove(threshold, holding: removal.subject.content) else { continue }
                    if threshold != settings.disk.target { announce(usage) }
                    threshold = settings.disk.target
                }
                report.removals.append(await remove(removal))
                usage = try Usage.measured(info)
                report.after = usage
            }
        }
        return report
    }

    /// What is to go next; nil where a quick look tells that there is nothing.
    private func plan(
        _ extent: Extent,
        _ usage: Usage,
        _ threshold: Int,
        _ failed: Set<Subject>
    ) async throws -> PrunePlan? {
        let isAbove = Filesystem.Content.allCases.contains { usage.isAbove(threshold, holding: $0) }
        let extent = extent == .guarded && !isAbove ? .dangling : extent
        if extent == .dangling, try await !engine.images().contains(where: \.repoTags.isEmpty) { return nil }
        return PrunePlan(
            try await inventory(extent),
            usage,
            settings.disk,
            // Nothing is fuller than full.
            threshold: extent == .dangling ? 100 : threshold,
            failed: failed
        )
    }

    private func announce(_ usage: Usage) {
        let fullest = usage.fullest.map { "\($0)" } ?? ""
        log.log(
            .diskGuardStarted,
            "The disk guard makes room: \(fullest), more than \(settings.disk.guard) %; it frees down to \(settings.disk.target) %"
        )
    }

    private func remove(_ removal: Removal) async -> PruneReport.Step {
        do {
            try await remove(removal.subject)
            log.info("Removed \(removal.subject): \(removal.reason)\(removal.bytes.map { ", \($0.inUnits)" } ?? "")")
            return PruneReport.Step(removal: removal, outcome: .removed)
        } catch {
            let failure = Failure(error)
            log.warning("\(removal.subject) could not be removed, and stays: \(failure.problem)")
            return PruneReport.Step(removal: removal, outcome: .refused(failure.problem))
        }
    }

    private func remove(_ subject: Subject) async throws {
        switch subject {
        case .image(let id, let names): try await removeImage(ImageID(rawValue: id), named: names)
        case .buildCache:
            guard try await engine.pruneBuildCache(unusedFor: .seconds(24 * 60 * 60)) > 0 else {
                throw Failure("the Engine removed nothing", hint: "see docker system df --verbose")
            }
        case .volume(let name): try await engine.removeVolume(VolumeName(rawValue: name))
        }
    }

    /// Takes an image's names away one by one, and the image with the last: the Engine refuses that where a container has come
    /// to need it.
    private func removeImage(_ id: ImageID, named names: [String]) async throws {
        guard let image = try await image(id) else { return }
        guard Set(image.repoTags.map(\.rawValue)) == Set(names) else {
            throw Failure("its names have changed meanwhile", hint: "the next prune sees it anew")
        }
        // What berth calls it goes first, so that one which has to stay after all keeps the name that people know.
        let ordered = names.sorted { (KeepTag.parse($0) != nil ? 0 : 1, $0) < (KeepTag.parse($1) != nil ? 0 : 1, $1) }
        for name in ordered.isEmpty ? image.repoDigests.map(\.rawValue) : ordered { try await removeName(name) }
        // One that has digests of other repositories too, or neither name nor digest.
        if try await self.image(id) != nil { try await engine.removeImage(id.rawValue) }
    }

    private func removeName(_ name: String) async throws(EngineError) {
        do throws(EngineError) {
            try await engine.removeImage(name)
        } catch {
            // It went along with another name.
            guard error.isNotFound else { throw error }
        }
    }

    private func image(_ id: ImageID) async throws(EngineError) -> Image? {
        do throws(EngineError) {
            return try await engine.image(id.rawValue)
        } catch {
            guard error.isNotFound else { throw error }
            return nil
        }
    }
}
