import Rules
import SystemPackage

// The rules that hold between keys; what one key may hold is declared with it.

extension Settings {
    /// Refuses what cannot work on a host: an app without a folder, two apps that share one.
    init(validating draft: Draft) throws(SettingsError) {
        self.init()
        if let disk = draft.disk { self.disk = try disk.validated() }
        var claimed: [FilePath: (app: AppName, key: String)] = [:]
        for (name, table) in draft.apps.sorted(by: { $0.key < $1.key }) {
            let app = try table.validated()
            for field in [\AppSettings.directory, \.spool] {
                let folder = app[keyPath: field]
                if let other = claimed[folder], other.app != name {
                    throw table.error(
                        at: field,
                        problem: "\(folder) is already the \(other.key) of app \(other.app)",
                        hint: "give each app folders of its own: a drop names its app by where it lies"
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
        return settings
    }
}

extension TableDraft<DiskSettings> {
    /// Refuses limits in an order that makes no sense: the guard frees down to its target, and what it cannot free it
    /// refuses.
    fileprivate func validated() throws(SettingsError) -> DiskSettings {
        let (target, limit, refuse) = (settings.target, settings.guard, settings.refuse)
        let problem = "target is \(target), guard is \(limit), refuse is \(refuse)"
        let hint = "target must be less than guard, and guard no more than refuse"
        if target >= limit { throw error(at: \.target, \.guard, problem: problem, hint: hint) }
        if limit > refuse { throw error(at: \.guard, \.refuse, problem: problem, hint: hint) }
        return settings
    }
}
