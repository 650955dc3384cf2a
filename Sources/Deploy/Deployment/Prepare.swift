import Docker
import Logging

extension Deployment {
    /// Whether the drop asks for an older release, rather than for a new one.
    var isRollback: Bool { record.directives.rollbackTo != nil }

    /// Whether berth may go back from this release by itself.
    var mayRollBack: Bool { record.directives.mayRollBack && policyAllowsRollback }

    /// Checks everything that can be known before anything is done, and proves the way back.
    ///
    /// - Returns: what is to run: the drop's release, or the older one that it asks for.
    func prepare() async throws -> Target {
        let target = try await check()
        let releases = try releases()
        if let asked = record.directives.rollbackTo { return try await olderRelease(asked, releases, target.engine) }
        policyAllowsRollback = target.policy.mayRollBack
        wayBack = try await proveWayBack(releases, beside: target)
        record.compose = try await store.save(compose: capture(target.compose.template()), of: record.number)
        return target
    }

    /// The same for a deployment that was interrupted: what it had found out is on record.
    func prepareAgain() async throws -> Target {
        // A host that boots starts its Engine at the same time.
        let engine = try await reachEngine(within: .seconds(240))
        let own = Compose(
            directory: app.directory,
            environment: environment(record.variables),
            file: try store.compose(of: record)
        )
        var target = try await target(own, engine)
        target.images = record.services
        project = target.model.name
        policyAllowsRollback = target.policy.mayRollBack
        if !isRollback, let good = try releases().lastGood { wayBack = try? await prove(good, engine) }
        return target
    }

    /// A good release that is to run again, under this deployment's own number.
    private func olderRelease(_ asked: Directives.Target, _ releases: Releases, _ engine: Engine) async throws -> Target
    {
        let good: Record? =
            switch asked {
            case .previous: releases.previous
            case .number(let number): releases.good(number)
            }
        guard let good else {
            throw Failure(
                asked == .previous
                    ? "there is no good release before the one that runs" : "there is no such good release",
                hint: "the records in \(store.folder) tell which were deployed"
            )
        }
        let proven = try await prove(good, engine)
        record.rolledBackTo = good.number
        record.variables = good.variables
        record.services = good.services
        record.compose = try store.save(compose: store.composeText(of: good), of: record.number)
        for (service, release) in good.services {
            try await engine.tag(release.imageID, as: keepTag(service))
        }
        return proven.target
    }
}
