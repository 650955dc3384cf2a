import Docker
import DockerModel
import Glibc
import Linux
import Logging
import Rules
import SystemPackage

/// Looks for what could fail tonight: at the host, then at each app as a drop would be checked.
///
/// It only reads. Root reads ``Schedules``, which root alone may, then becomes user berth (``Rules/Viewer/becomeAgent()``),
/// and so looks as the agent does.
package struct Inspector: Sendable {
    let hostFile: HostFile
    let host: Host
    let log: Logger
    let viewer: Viewer
    /// Read by root, if root asks.
    private let schedules: Schedules

    package init(hostFile: HostFile, host: Host, log: Logger, viewer: Viewer, schedules: Schedules = .none) {
        self.hostFile = hostFile
        self.host = host
        self.log = log
        self.viewer = viewer
        self.schedules = schedules
    }

    package func findings() async throws -> Findings {
        let unit = await host.agentUnit
        var findings = Finding.schedules(schedules.lines) + schedules.unseen + Finding.rights(of: viewer)
        findings += Finding.agent(unit, settings: hostFile.files.compactMap { FileFacts($0) })
        let settings: Settings
        do throws(SettingsError) {
            settings = try hostFile.load()
        } catch {
            findings.append(Finding(.error, .settings, error))
            return Findings(findings)
        }
        if settings.apps.isEmpty {
            let hint = "berth init APP DIRECTORY"
            findings.append(Finding(.warning, .settings, "the settings", "name no app", try: hint))
        }
        var docker = await reach()
        findings += docker.findings
        findings += await versions(docker.reached)
        // An app may have thousands of records.
        var histories: [AppName: Result<History, StoreError>] = [:]
        for name in settings.apps.keys { histories[name] = await history(of: name) }
        findings += await disk(settings, histories.compactMapValues { try? $0.get() }, docker.reached)
        // The folder of an app may be another user's, whose Compose file root must not run.
        guard viewer != .root else { return Findings(findings) }
        findings += await logins(settings, docker.reached)
        for app in settings.apps.values.sorted(by: { $0.name < $1.name }) {
            guard let history = histories[app.name] else { continue }
            let look = await look(at: app, history, in: settings, docker.reached)
            findings += look.findings
            // Each further app would wait as long.
            if look.isEngineSilent { docker.reached = nil }
        }
        try Task.checkCancellation()
        return Findings(findings)
    }

    /// What concerns one app alone.
    package func findings(of name: AppName) async throws -> Findings {
        guard viewer != .root else { return Findings(Finding.rights(of: viewer)) }
        let settings = try hostFile.load()
        let docker = await reach()
        let app = try settings.app(name.description)
        let own = await look(at: app, await history(of: name), in: settings, docker.reached)
        return Findings(docker.findings + own.findings)
    }
}

extension Viewer {
    /// Gives up the rights of root for good, for those of the agent; of a person who is not root it changes nothing.
    package static func becomeAgent() -> Viewer {
        guard geteuid() == 0 else { return .person }
        guard let account = Account("berth") else { return .root }
        do throws(Errno) {
            // As the unit does.
            try account.assume(with: ["docker", "berth-records"].compactMap(Account.group(named:)))
            return .agent
        } catch {
            return .root
        }
    }
}

extension Host {
    /// The same host for processes of the viewer.
    package func seen(by viewer: Viewer) -> Host {
        guard viewer == .agent, let account = Account("berth") else { return self }
        var environment = environment
        environment["HOME"] = account.home.string
        environment["DOCKER_CONFIG"] = nil
        return Host(
            eventLoop: eventLoop,
            engine: engine,
            environment: environment,
            state: state,
            runtime: runtime,
            pluginFolders: pluginFolders
        )
    }
}
