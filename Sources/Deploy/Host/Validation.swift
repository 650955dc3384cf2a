import Rules
import SystemPackage

// The rules between keys; the rule for one key is declared with it.

extension Settings {
    /// Refuses an app without a folder, and two apps that share one.
    init(validating draft: Draft) throws(SettingsError) {
        self.init()
        if let host = draft.host { self.host = host.settings }
        if let disk = draft.disk { self.disk = try disk.validated() }
        if let records = draft.records { self.records = records.settings }
        var claimed: [FilePath: (app: AppName, key: String)] = [:]
        for (name, table) in draft.apps.sorted(by: { $0.key < $1.key }) {
            let app = try table.validated()
            for field in [\AppSettings.directory, \.spool, \.backups] {
                let folder = app[keyPath: field]
                if let other = claimed[folder], other.app != name {
                    throw table.error(
                        at: field,
                        problem: "\(folder) is already the \(other.key) of app \(other.app)",
                        hint: "give each app its own folders: the spool tells to which app a drop belongs"
                    )
                }
                claimed[folder] = (name, AppSettings.name(of: field) ?? "folder")
            }
            apps[name] = app
        }
    }
}

extension TableDraft<AppSettings> {
    fileprivate func validated() throws(SettingsError) -> AppSettings {
        guard isWritten(\.directory) else {
            throw error(
                at: \.directory,
                problem: "is missing",
                hint: "name the folder with the app's docker-compose.yml and .env"
            )
        }
        // What is there goes when berth's package is purged, and what berth writes there would be in the app's folder.
        for folder in ["/var/lib/berth", "/var/spool/berth"] as [FilePath] where settings.directory.starts(with: folder)
        {
            throw error(
                at: \.directory,
                problem: "\(settings.directory) is in \(folder), which is berth's own",
                hint: "move the app to a folder of its own, such as /srv/\(settings.name)"
            )
        }
        return settings
    }
}

extension TableDraft<DiskSettings> {
    /// Refuses limits in the wrong order: `guard` must lie above `target` and must not exceed `refuse`.
    fileprivate func validated() throws(SettingsError) -> DiskSettings {
        let (target, limit, refuse) = (settings.target, settings.guard, settings.refuse)
        let problem = "target is \(target), guard is \(limit), refuse is \(refuse)"
        let hint = "target must be less than guard, and guard no more than refuse"
        if target >= limit { throw error(at: \.target, \.guard, problem: problem, hint: hint) }
        if limit > refuse { throw error(at: \.guard, \.refuse, problem: problem, hint: hint) }
        return settings
    }
}
