import Rules
import SystemPackage

/// The settings from all files, validated and with every default filled in.
package struct Settings: Equatable, Sendable {
    package var host = HostSettings()
    package var disk = DiskSettings()
    package var records = RecordSettings()
    package var apps: [AppName: AppSettings] = [:]

    package init() {}

    /// Finds an app by its name; the error lists the apps.
    package func app(_ name: String) throws(Failure) -> AppSettings {
        if let app = AppName(name).flatMap({ apps[$0] }) { return app }
        let names = apps.keys.sorted().map(\.description).joined(separator: ", ")
        throw Failure(
            .noSuchApp,
            "app \(name)",
            "is not in the settings",
            hint: names.isEmpty ? "name an app in /etc/berth/conf.d" : "the apps are \(names)"
        )
    }

    /// The number of apps, in words.
    var summary: String { apps.count == 1 ? "1 app" : "\(apps.count) apps" }
}

/// What stands above all tables of the settings.
package struct HostSettings: Equatable, Sendable {
    /// The file for node_exporter's textfile collector; nil for none.
    package internal(set) var metrics: FilePath?

    package init(metrics: FilePath? = nil) {
        self.metrics = metrics
    }
}

/// How much of the past stays (`[records]`).
package struct RecordSettings: Equatable, Sendable {
    /// The records of each app.
    package internal(set) var keep: Int

    package init(keep: Int = 1000) {
        self.keep = keep
    }
}

/// One app of the settings (`[apps.<name>]`).
package struct AppSettings: Equatable, Sendable {
    package let name: AppName
    /// The project folder, with the Compose file and `.env`; absolute.
    package internal(set) var directory: FilePath
    /// The folder in which CI drops `.env.deploy`; absolute.
    package internal(set) var spool: FilePath
    /// The folder of the app's backups; absolute.
    package internal(set) var backups: FilePath
    /// The registry that a drop's credential is for.
    package internal(set) var registry: String
    /// The variables of a drop that carry its credential.
    package internal(set) var credential: CredentialNames
    /// The names that a drop may set; nil allows every name that is not barred.
    package internal(set) var variables: Set<String>?
    /// The repositories that a drop's variables may choose; nil for those of the last good release.
    package internal(set) var images: [RepositoryPattern]?
    /// The users who may read the app's records, besides the group of all records.
    package internal(set) var readers: [String]
    /// The command that is told each verdict: a program by its absolute path, then its arguments; empty for none.
    package internal(set) var notify: [String]
    /// How many good releases keep their images, besides the last one.
    package internal(set) var keep: Int

    package init(
        name: AppName,
        directory: FilePath,
        spool: FilePath? = nil,
        backups: FilePath? = nil,
        registry: String = "ghcr.io",
        credential: CredentialNames = .github,
        variables: Set<String>? = nil,
        images: [RepositoryPattern]? = nil,
        readers: [String] = [],
        notify: [String] = [],
        keep: Int = 3
    ) {
        self.name = name
        self.directory = directory
        self.spool = spool ?? FilePath("/var/spool/berth").appending(name.description)
        self.backups = backups ?? FilePath("/var/backups/berth").appending(name.description)
        self.registry = registry
        self.credential = credential
        self.variables = variables
        self.images = images
        self.readers = readers
        self.notify = notify
        self.keep = keep
    }
}

/// An error in the settings, and its place.
package struct SettingsError: Explained, Equatable {
    package let file: FilePath
    /// From 1; nil if no single line is wrong.
    package let line: Int?
    /// The key as TOML writes it, for example `apps.shop.spool`; nil if the file as a whole is wrong.
    package let key: String?
    package let problem: String
    package let hint: String?

    package var cause: Cause { .settingsInvalid }

    /// File, line and key.
    package var subject: String {
        let place = line.map { "\(file):\($0):" } ?? "\(file):"
        return key.map { "\(place) \($0):" } ?? place
    }
}
