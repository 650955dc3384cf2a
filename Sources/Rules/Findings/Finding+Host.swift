import DockerModel

/// What systemd tells of the agent's unit.
package struct UnitFacts: Equatable, Sendable {
    /// `loaded`, `not-found`, ….
    package let load: String
    /// `active`, `reloading`, `failed`, ….
    package let active: String
    /// `running`, `auto-restart`, ….
    package let sub: String
    /// Why it failed.
    package let result: String
    /// `enabled`, `disabled`, ….
    package let file: String
    /// When it last started or reloaded; nil if it never did.
    package let since: Timestamp?

    package init(load: String, active: String, sub: String, result: String, file: String, since: Timestamp?) {
        self.load = load
        self.active = active
        self.sub = sub
        self.result = result
        self.file = file
        self.since = since
    }
}

extension Finding {
    /// - Parameters:
    ///   - unit: nil if systemd does not tell.
    ///   - changed: when each file of the settings was last changed.
    package static func agent(_ unit: UnitFacts?, settings changed: [FileFacts]) -> [Finding] {
        guard let unit else {
            return [
                Finding(.note, .unseen, "systemd", "does not say whether the agent runs", try: "systemctl status berth")
            ]
        }
        guard unit.load != "not-found" else {
            let hint = "install berth, as docs/install.md says"
            return [Finding(.error, .agent, "berth.service", "is not there, so no drop is deployed", try: hint)]
        }
        var findings: [Finding] = []
        switch (unit.active, unit.sub) {
        case (_, "auto-restart"), ("failed", _):
            let hint = "journalctl -u berth -n 20; then systemctl restart berth"
            let problem = "has failed (\(unit.result)): no drop is deployed"
            findings.append(Finding(.error, .agent, "berth.service", problem, try: hint))
        case ("active", _), ("reloading", _), ("activating", _):
            // systemd tells whole seconds.
            let news = changed.filter { file in unit.since.map { file.changed - $0 >= .seconds(1) } ?? false }
            findings += news.map { file in
                let problem = "was changed after the agent read the settings"
                return Finding(.warning, .settings, file.path, problem, try: "systemctl reload berth")
            }
        default:
            let hint = "systemctl enable --now berth"
            findings.append(
                Finding(.error, .agent, "berth.service", "is \(unit.active): no drop is deployed", try: hint)
            )
        }
        if unit.file == "disabled" {
            let hint = "systemctl enable berth"
            findings.append(
                Finding(.warning, .agent, "berth.service", "does not start when the host boots", try: hint)
            )
        }
        return findings
    }

    /// What the viewer's rights mean for all that is looked at.
    package static func rights(of viewer: Viewer) -> [Finding] {
        switch viewer {
        case .agent: return []
        case .person:
            let problem = "are what berth looks with; the agent has those of user berth"
            return [Finding(.note, .unseen, "your own rights", problem, try: "run berth check with sudo")]
        case .root:
            let problem = "does not exist or cannot be taken on, so the agent cannot run, and no app was looked at"
            let hint = "see id berth; systemd-sysusers berth.conf makes it"
            return [Finding(.error, .agent, "user berth", problem, try: hint)]
        }
    }

    /// - Parameters:
    ///   - usage: nil if it cannot be read.
    ///   - removable: what the guard would remove; nil if that is not known.
    package static func disk(_ usage: Usage?, removable: [Removal]?, _ settings: DiskSettings) -> [Finding] {
        guard let usage else {
            return [Finding(.error, .disk, "the disk", "cannot be measured, so nothing is removed", try: "see df -h")]
        }
        let left = usage.without(removable ?? [])
        return zip(usage.filesystems, left.filesystems).compactMap { now, later in
            let hint = "sudo berth prune --dry-run says what stays and why"
            let isGuarded = !now.holds.isEmpty
            if later.percent > settings.refuse {
                let rest = removable == nil || !isGuarded ? "" : ", and the guard cannot free enough"
                let problem = "\(now.state), more than refuse (\(settings.refuse) %)\(rest): each drop is refused"
                return Finding(.error, .disk, now.path, problem, try: hint)
            }
            guard isGuarded, now.percent > settings.guard, removable != nil else { return nil }
            if later.percent > settings.guard {
                let problem = "\(now.state), more than guard (\(settings.guard) %), and the guard cannot free enough"
                return Finding(.warning, .disk, now.path, problem, try: hint)
            }
            let problem = "\(now.state), more than guard (\(settings.guard) %): the next drop starts the guard"
            return Finding(.note, .disk, now.path, problem, try: hint)
        }
    }
}

/// A login that the host keeps for a registry, and what became of it when it was tried.
package struct LoginFacts: Sendable {
    package enum Outcome: Sendable, Equatable {
        case works
        /// What the registry said.
        case refused(String)
        case unknown(String)
        /// No app needs it.
        case untried
    }

    package let file: String
    package let registry: String
    package let outcome: Outcome

    package init(file: String, registry: String, outcome: Outcome) {
        self.file = file
        self.registry = registry
        self.outcome = outcome
    }
}

extension Finding {
    package static func logins(_ logins: [LoginFacts]) -> [Finding] {
        logins.flatMap { login in
            let subject = "login for \(login.registry) in \(login.file)"
            let again = "sudo -H -u berth -g docker docker login \(login.registry), or docker logout"
            let kept = Finding(
                .note,
                .logins,
                subject,
                "is kept as plain text: who reads the file can pull, and perhaps push",
                try: "let CI lend its login with each drop, and run docker logout; or use a credential helper"
            )
            switch login.outcome {
            case .works, .untried: return [kept]
            case .refused(let reason):
                let problem = "no longer works: \(reason)"
                return [Finding(.warning, .logins, subject, problem, try: again), kept]
            case .unknown(let reason):
                return [Finding(.warning, .logins, subject, "could not be tried: \(reason)", try: nil), kept]
            }
        }
    }
}
