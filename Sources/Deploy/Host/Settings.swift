import Docker
import DockerModel
import Linux
import Rules
import SystemPackage

/// What the host's file says, validated and with every default filled in.
package struct Settings: Equatable, Sendable {
    package var disk = DiskSettings()
    package var apps: [AppName: AppSettings] = [:]

    package init() {}

    /// How many apps there are, in words.
    var summary: String { apps.count == 1 ? "1 app" : "\(apps.count) apps" }
}

/// One app of the host's file (`[apps.<name>]`).
package struct AppSettings: Equatable, Sendable {
    package let name: AppName
    /// The project folder, with the Compose file and `.env`; absolute.
    package let directory: FilePath
    /// The folder in which CI drops `.env.deploy`; absolute.
    package let spool: FilePath
    /// The registry that a drop's credential is for.
    package let registry: String
    /// The names that a drop may set; nil lets any that is not barred.
    package let variables: Set<String>?
    /// How many good releases keep their images, beside the last one.
    package let keep: Int

    /// How many of an app that says nothing else.
    package static let defaultKeep = 3

    package init(
        name: AppName,
        directory: FilePath,
        spool: FilePath? = nil,
        registry: String = "ghcr.io",
        variables: Set<String>? = nil,
        keep: Int = defaultKeep
    ) {
        self.name = name
        self.directory = directory
        self.spool = spool ?? FilePath("/var/spool/berth").appending(name.description)
        self.registry = registry
        self.variables = variables
        self.keep = keep
    }
}

/// What is wrong with the host's file, and where.
package struct SettingsError: Error, Equatable, Sendable, CustomStringConvertible {
    package let file: FilePath
    /// From 1; nil where no single line is to blame.
    package let line: Int?
    /// The key as TOML writes it, for example `apps.shop.spool`; nil where the file as a whole is wrong.
    package let key: String?
    package let problem: String
    package let hint: String

    package var description: String { "\(place)\(problem); \(hint)" }

    /// File, line and key.
    var place: String {
        let place = line.map { "\(file):\($0): " } ?? "\(file): "
        return place + (key.map { "\($0): " } ?? "")
    }
}
