import Docker
import DockerModel
import Logging
import Rules
import SystemPackage

/// A look at an app as it is now.
struct Look {
    let app: AppSettings
    let settings: Settings
    let history: History
    let host: Host
    let session: EngineSession
    let log: Logger

    private var store: Store { Store(app: app.name, state: host.state) }

    /// What a rollback would put back; nil if no good release was ever deployed, a failure if it cannot be put back.
    func wayBack() async -> Result<WayBack, Failure>? {
        guard history.lastGood != nil else { return nil }
        let reader = ReleaseReader(app: app, host: host, store: store, tools: tools)
        return await Check(reader, in: settings, history: history).lastGood(session)
    }

    /// Whether something else runs than berth has put there; nil if that is not known.
    func drift() async -> Bool? {
        guard let number = history.running?.number, let record = try? store.record(number),
            let project = record.project,
            let containers = try? await session.containers(project: project)
        else { return nil }
        return Drift(
            from: record,
            running: containers.compactMap(Drift.Container.init),
            composeFolder: store.composeFile(of: number).removingLastComponent().string,
            compose: nil,
            files: []
        ).concernsRunning
    }

    /// What Compose says on these occasions is in the journal already, from the deployment.
    private var tools: Tools {
        var log = log
        log.logLevel = .warning
        return Tools(host: host, log: DeploymentLog(log, app: app.name), redaction: .of(app))
    }
}
