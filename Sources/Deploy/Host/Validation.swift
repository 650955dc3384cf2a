import Docker
import DockerModel
import Linux
import Rules
import SystemPackage

extension Settings {
    /// Fills in defaults and refuses what cannot work on a host: an app without a folder, two apps that share one.
    init(validating inputs: [AppName: AppInputs], disk: DiskInputs = DiskInputs()) throws(SettingsError) {
        self.init()
        self.disk = try DiskSettings(validating: disk)
        var claimed: [FilePath: (app: AppName, key: String)] = [:]
        for (name, input) in inputs.sorted(by: { $0.key < $1.key }) {
            let app = try AppSettings(name, validating: input)
            for (key, folder) in [("directory", app.directory), ("spool", app.spool)] {
                if let other = claimed[folder], other.app != name {
                    throw input.error(
                        key,
                        "\(folder) is already the \(other.key) of app \(other.app)",
                        "give each app folders of its own: a drop names its app by where it lies"
                    )
                }
                claimed[folder] = (name, key)
            }
            apps[name] = app
        }
    }
}

extension AppSettings {
    init(_ name: AppName, validating input: AppInputs) throws(SettingsError) {
        guard let directory = input.directory else {
            throw input.error("directory", "is missing", "name the folder with the app's docker-compose.yml and .env")
        }
        if let variables = input.variables {
            for variable in variables.value where !DropParser.isExportable(Array(variable.utf8)) {
                throw input.error("variables", "\(variable) is no variable's name", "use letters, digits and _")
            }
        }
        if let registry = input.registry, registry.value.contains("/") {
            throw input.error(
                "registry",
                "\(registry.value) is more than a host",
                "write it as in ghcr.io or registry:5000"
            )
        }
        self.init(
            name: name,
            directory: directory.value,
            spool: input.spool?.value,
            registry: input.registry?.value ?? "ghcr.io",
            variables: input.variables.map { Set($0.value) },
            keep: input.keep?.value ?? Self.defaultKeep
        )
    }
}

extension DiskSettings {
    /// Fills in defaults, and refuses limits in an order that makes no sense: the guard frees down to its target, and what it
    /// cannot free it refuses.
    init(validating input: DiskInputs) throws(SettingsError) {
        self.init()
        `guard` = input.guard?.value ?? `guard`
        target = input.target?.value ?? target
        refuse = input.refuse?.value ?? refuse
        volumes = input.volumes?.value ?? volumes
        if target >= self.guard { throw order(at: input.target ?? input.guard) }
        if self.guard > refuse { throw order(at: input.guard ?? input.refuse) }
    }

    private func order(at culprit: Located<Int>?) -> SettingsError {
        SettingsError(
            file: culprit?.file ?? "",
            line: culprit?.line,
            key: culprit?.key,
            problem: "target is \(target), guard is \(self.guard), refuse is \(refuse)",
            hint: "target must be less than guard, and guard no more than refuse"
        )
    }
}

extension AppInputs {
    /// An error at a key of this app, or at the app itself where the key is not written.
    func error(_ key: String, _ problem: String, _ hint: String) -> SettingsError {
        let place: (file: FilePath, line: Int?, key: String)? =
            switch key {
            case "directory": directory.map { ($0.file, $0.line, $0.key) }
            case "spool": spool.map { ($0.file, $0.line, $0.key) }
            case "registry": registry.map { ($0.file, $0.line, $0.key) }
            case "variables": variables.map { ($0.file, $0.line, $0.key) }
            default: nil
            }
        let fallback = origin.map { ($0.file, $0.line, $0.key + "." + key) }
        let (file, line, name) = place ?? fallback ?? ("", nil, key)
        return SettingsError(file: file, line: line, key: name, problem: problem, hint: hint)
    }
}
