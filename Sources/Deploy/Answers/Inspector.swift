import Docker
import DockerModel
import Glibc
import Linux
import Logging
import Rules
import SystemPackage

/// Looks for what could fail tonight: at the host, then at each app as a drop would be checked.
///
/// It only reads. Root reads what root alone may, then looks with the rights of user berth, as the agent does.
package struct Inspector: Sendable {
    let hostFile: HostFile
    let host: Host
    let log: Logger
    let viewer: Viewer
    private let seen: [Finding]

    init(hostFile: HostFile, host: Host, log: Logger, viewer: Viewer, seen: [Finding] = []) {
        self.hostFile = hostFile
        self.host = host
        self.log = log
        self.viewer = viewer
        self.seen = seen
    }

    /// Gives up the rights of root.
    package init(hostFile: HostFile, host: Host, log: Logger) {
        let schedules = Schedules()
        let seen = Finding.schedules(schedules.lines) + schedules.unseen
        switch Self.becomeAgent() {
        case .agent(let account):
            self.init(hostFile: hostFile, host: host.seen(by: account), log: log, viewer: .agent, seen: seen)
        case .person(let finding):
            self.init(hostFile: hostFile, host: host, log: log, viewer: .person, seen: seen + [finding])
        }
    }

    package func findings() async throws -> Findings {
        let unit = await host.agentUnit
        var findings = seen + Finding.agent(unit, settings: hostFile.files.compactMap { FileFacts($0) })
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
        findings += await disk(settings, docker.reached)
        findings += await logins(settings, docker.reached)
        for app in settings.apps.values.sorted(by: { $0.name < $1.name }) {
            let look = await look(at: app, in: settings, docker.reached)
            findings += look.findings
            // Each further app would wait as long.
            if look.isEngineSilent { docker.reached = nil }
        }
        try Task.checkCancellation()
        return Findings(findings)
    }

    /// What concerns one app alone.
    package func findings(of name: AppName) async throws -> Findings {
        let settings = try hostFile.load()
        let docker = await reach()
        let own = await look(at: try settings.app(name.description), in: settings, docker.reached)
        return Findings(docker.findings + own.findings)
    }
}

extension Inspector {
    private enum Rights {
        case agent(Account)
        /// Why it is not the agent's.
        case person(Finding)
    }

    /// Becomes user berth if root asks.
    private static func becomeAgent() -> Rights {
        guard geteuid() == 0 else {
            let problem = "are what berth looks with; the agent has those of user berth"
            return .person(Finding(.note, .unseen, "your own rights", problem, try: "run berth check with sudo"))
        }
        guard let account = Account("berth") else {
            let hint = "systemd-sysusers berth.conf"
            return .person(Finding(.error, .agent, "user berth", "does not exist, so the agent cannot run", try: hint))
        }
        do throws(Errno) {
            // As the unit does.
            try account.assume(with: ["docker", "berth-records"].compactMap(Account.group(named:)))
            return .agent(account)
        } catch {
            let problem = "cannot be taken on, so berth looks with yours: \(error)"
            return .person(Finding(.note, .unseen, "the rights of user berth", problem, try: nil))
        }
    }
}

extension Host {
    /// The same host for processes of another user.
    fileprivate func seen(by account: Account) -> Host {
        var environment = environment
        environment["HOME"] = account.home.string
        environment["DOCKER_CONFIG"] = nil
        return Host(eventLoop: eventLoop, engine: engine, environment: environment, state: state, runtime: runtime)
    }
}
