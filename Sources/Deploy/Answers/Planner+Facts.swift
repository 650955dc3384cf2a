import Docker
import DockerModel
import Logging
import Rules

/// What a plan says beside the checks.
extension Planner {
    /// What would happen to each service, and to the containers of services that the release does not have.
    func services(of checked: Checked) async throws(EngineError) -> [Plan.Service] {
        let release = checked.release
        let present = try await present(in: release.model.name, checked.session)
        var services: [Plan.Service] = []
        for name in release.model.services.keys.sorted() {
            guard let image = release.model.images[ImageUse(name)] else { continue }
            let older = release.images[ImageUse(name)]
            let local = older == nil ? try await local(image, checked.session) : nil
            services.append(
                Plan.Service(
                    service: name,
                    action: Plan.Action(image, older, present[name]),
                    image: image,
                    imageID: older?.imageID ?? local?.id,
                    revision: older?.revision ?? local?.labels[Labels.revision],
                    now: present[name]
                )
            )
        }
        let orphans = present.filter { release.model.services[$0.key] == nil }.sorted { $0.key < $1.key }
        return services + orphans.map { Plan.Service(service: $0, action: .remove, now: $1) }
    }

    /// The images that the release has beside those of its services.
    func others(of checked: Checked) async throws(EngineError) -> [Plan.Image] {
        let release = checked.release
        var images: [Plan.Image] = []
        for (use, image) in release.model.images.sorted(by: { $0.key < $1.key }) where !use.isService {
            let older = release.images[use]?.imageID
            let local = older == nil ? try await local(image, checked.session)?.id : nil
            images.append(Plan.Image(use: use, image: image, imageID: older ?? local))
        }
        return images
    }

    /// What the containers of a project were made from; of several of one service, the first that the Engine lists.
    private func present(
        in project: ProjectName,
        _ session: EngineSession
    ) async throws(EngineError) -> [ServiceName: Plan.Present] {
        var present: [ServiceName: Plan.Present] = [:]
        for summary in try await session.containers(project: project) where summary.labels.isReplica {
            guard let service = summary.labels.service, present[service] == nil else { continue }
            do throws(EngineError) {
                let container = try await session.inspect(summary.id)
                present[service] = Plan.Present(
                    image: container.image,
                    imageID: container.imageID,
                    revision: container.labels.all[Labels.revision]
                )
            } catch {
                guard error.isNotFound else { throw error }
            }
        }
        return present
    }

    /// The image that has the name on this host now; nil if there is none.
    private func local(_ name: ImageReference, _ session: EngineSession) async throws(EngineError) -> Image? {
        // No image can have some names; the pull will complain of them.
        try await session.find(name)
    }

    /// Why a release that is not healthy would stay; nil if it would be rolled back.
    func noWayBack(_ drop: Drop, _ check: Check, _ checked: Checked) async -> String? {
        if !drop.directives.mayRollBack { return "the drop says BERTH_ROLLBACK=never" }
        if !checked.release.policy.mayRollBack { return "the Compose file says rollback: never" }
        if checked.wayBack != nil { return nil }
        if case .failure(let failure)? = await check.lastGood(checked.session) {
            let isForbidden = failure.cause == .rollbackForbidden
            return isForbidden ? failure.sentence : "the drop is forced, and \(failure.sentence)"
        }
        return check.history.entries.isEmpty ? "this is the first deployment" : "no good release is on record"
    }

    /// What would be pruned, and whether the drop would be refused because there is no room.
    ///
    /// As for a deployment, a failure is only a warning.
    func makeRoom(_ plan: inout Plan, _ check: Check, _ checked: Checked) async throws {
        do {
            try await findRoom(&plan, check.history, checked)
            let outputs = checked.release.policy.steps.compactMap(\.output)
            let number = check.history.lastNumber + 1
            try Backups(folder: app.backups).requireRoom(for: outputs, at: number, refuse: settings.disk.refuse)
        } catch let failure as Failure where failure.cause == .noRoom {
            plan.refuse(failure)
        } catch {
            try Task.checkCancellation()
            log.warning("what would be pruned is not known: \(Failure(any: error).sentence)")
        }
    }

    private func findRoom(_ plan: inout Plan, _ history: History, _ checked: Checked) async throws {
        let info = if let info = checked.info { info } else { try await checked.session.info() }
        let disk = DiskGuard(
            session: checked.session,
            info: info,
            settings: settings,
            host: host,
            log: log,
            histories: { [app, host] in try await host.histories { $0 == app.name ? history : nil } }
        )
        let report = try await disk.plan()
        // A deployment pins what it may be made of before it prunes.
        let pinned = Set(plan.services.compactMap(\.imageID) + plan.images.compactMap(\.imageID))
        let steps = report.steps.filter { step in
            guard case .image(let id, _) = step.removal.subject else { return true }
            return !pinned.contains(id)
        }
        plan.room = Plan.Room(report: PruneReport(before: report.before, steps: steps, after: nil))
        let usage = report.before?.without(steps.map(\.removal))
        guard let fullest = usage?.fullest, fullest.percent > settings.disk.refuse else { return }
        // How many inodes a removal frees is not known before it.
        guard !fullest.lacksInodes || steps.isEmpty else { return }
        plan.refuse(
            Failure(
                .noRoom,
                "there would be no room:",
                "after a prune \(fullest) by an estimate, more than \(settings.disk.refuse) %",
                hint: "make room; see du \(fullest.lacksInodes ? "--inodes " : "")-xh \(fullest.path)"
            )
        )
    }
}

extension Plan.Action {
    fileprivate init(_ image: ImageReference, _ older: Record.Service?, _ now: Plan.Present?) {
        if let older {
            self = now?.imageID == older.imageID ? .stay : .putBack
        } else {
            self = now.map { $0.image == image ? .refresh : .change } ?? .add
        }
    }
}

extension Plan.GoodRelease {
    init(_ record: Record) {
        self.init(number: record.number, imageTag: record.variables["IMAGE_TAG"], images: record.imageIDs)
    }
}
