import Docker
import DockerModel
import Glibc
import Linux
import Logging
import Rules
import SystemPackage

/// Finds out what a drop would do: it checks the drop as a deployment does, and then only reads.
package struct Planner: Sendable {
    let app: AppSettings
    let settings: Settings
    let host: Host
    let log: Logger

    package init(app: AppSettings, settings: Settings, host: Host, log: Logger) {
        self.app = app
        self.settings = settings
        self.host = host
        self.log = log
    }

    /// - Parameter bytes: the drop; nil for none, which plans the app as its folder is now.
    /// - Throws: what kept it from looking; whatever would keep the drop from being deployed is in the plan.
    package func plan(_ bytes: [UInt8]?) async throws -> Plan {
        var plan = Plan(app: app.name)
        var drop: Drop
        do throws(DropRefusal) {
            drop =
                try bytes.map { bytes throws(DropRefusal) in
                    try Drop(parsing: bytes, for: app)
                } ?? Drop(variables: [:], directives: Directives())
        } catch {
            plan.refuse(Failure(error))
            return plan
        }
        // Whose file it would be.
        drop.isFromRoot = geteuid() == 0
        // The checks would wait for it, and a person may lack the agent's access to it.
        _ = try await host.engine.negotiated()
        let check = check(drop, try await host.history(of: app.name))
        // For the Compose file, which a plan stores only to be compared.
        let folder = try host.makeScratchFolder()
        defer { File.removePrivateFolder(folder) }
        let checked: Checked
        do {
            checked = try await check.run(drop, storingIn: folder.appending("compose.yaml"))
        } catch {
            try Task.checkCancellation()
            plan.refuse(Failure(any: error))
            return plan
        }
        try await fill(&plan, drop, check, checked)
        return plan
    }

    /// The checks of a deployment, with what they need to know.
    func check(_ drop: Drop, _ history: History) -> Check {
        let store = Store(app: app.name, state: host.state)
        let log = DeploymentLog(log, app: app.name)
        let tools = Tools(host: host, log: log, redaction: .of(app, drop))
        let reader = ReleaseReader(app: app, host: host, store: store, tools: tools)
        return Check(reader, in: settings, history: history)
    }

    private func fill(_ plan: inout Plan, _ drop: Drop, _ check: Check, _ checked: Checked) async throws {
        plan.services = try await services(of: checked)
        plan.images = try await others(of: checked)
        if let older = checked.older {
            plan.putsBack = Plan.GoodRelease(older)
            plan.noWayBack = "a release that is put back by hand is not itself rolled back"
            return
        }
        plan.drift = check.drift(checked)?.differences ?? []
        let policy = checked.release.policy
        let (backups, number) = (Backups(folder: app.backups), check.history.lastNumber + 1)
        plan.steps = (policy.steps(.before) + policy.steps(.after)).map { step in
            Plan.Step(
                name: step.name,
                when: step.moment,
                service: step.service,
                in: step.place,
                input: step.input,
                output: step.output.map { backups.path(of: $0, number).string }
            )
        }
        plan.noWayBack = await noWayBack(drop, check, checked)
        if plan.noWayBack == nil, let wayBack = checked.wayBack {
            plan.wayBack = Plan.GoodRelease(try check.reader.store.record(wayBack.number))
        }
        var images: [ImageUse: ImageID] = plan.services.reduce(into: [:]) { $0[ImageUse($1.service)] = $1.imageID }
        for image in plan.images { images[image.use] = image.imageID }
        let release = checked.release
        let bad = check.history.knownBad(release.isFixed ? nil : images, release.digest)
        if let bad, !drop.directives.isForced {
            plan.refuse(.knownBad(bad, check.reader.store))
        }
        try await makeRoom(&plan, check, checked)
    }
}
