import Rules
import SystemPackage

extension HostSettings: SettingsTable {
    static let header = ""
    static let help = "Settings of the whole host. They stand above the first [table]."
    static let defaults = HostSettings()

    static let keys: [Key<HostSettings>] = [
        Key(
            "metrics",
            \.metrics,
            .textfile,
            example: "/var/lib/prometheus/node-exporter/berth.prom",
            help: """
                The file in which berth tells node_exporter's textfile collector what it knows of each app. User berth must \
                be able to write to its folder. Without this key there is no such file. docs/metrics.md lists the metrics.
                """
        )
    ]
}

extension DiskSettings: SettingsTable {
    static let header = "disk"
    static let help = """
        The disk guard makes room before each pull. It counts in percent, of space and of inodes, as df does. Dangling \
        images always go; the limits below decide when more goes. `target` must be less than `guard`, and `guard` no \
        more than `refuse`.
        """
    static let defaults = DiskSettings()

    static let keys: [Key<DiskSettings>] = [
        Key(
            "guard",
            \.guard,
            .number(in: 1...100),
            help: """
                When a filesystem with images or volumes is fuller than this, the guard removes what nothing uses and \
                no app can go back to.
                """
        ),
        Key(
            "target",
            \.target,
            .number(in: 0...99),
            help: "The guard stops when the filesystem is down to this."
        ),
        Key(
            "refuse",
            \.refuse,
            .number(in: 1...100),
            help: "When any filesystem is still fuller than this after the guard's work, berth refuses the drop."
        ),
        Key(
            "volumes",
            \.volumes,
            .choice,
            help: """
                With "anonymous", the guard may remove anonymous volumes when nothing else is left to remove. A volume \
                stays as long as a container, running or stopped, or the Compose file of an app refers to it. With \
                "keep", the guard never removes a volume. Named volumes always stay.
                """
        ),
    ]
}

extension RecordSettings: SettingsTable {
    static let header = "records"
    static let help = "What stays of the past of each app."
    static let defaults = RecordSettings()

    static let keys: [Key<RecordSettings>] = [
        Key(
            "keep",
            \.keep,
            .number(in: 10...1_000_000),
            help: """
                How many records of deployments an app has, and as many of drops that came to nothing. With each verdict \
                the oldest go beyond that, but none of a release that berth can go back to. Their numbers never come \
                again, and the metrics still count them.
                """
        )
    ]
}

extension AppSettings: SettingsTable {
    static let header = "apps.shop"
    static let help = """
        An app that berth deploys, here with the name shop. The name has 1 to 64 lower-case letters and digits, and \
        between them - or a single _.
        """
    static let defaults: AppSettings = {
        guard let name = AppName("shop") else { preconditionFailure("shop is not a valid app name") }
        return AppSettings(unwritten: name)
    }()

    static let keys: [Key<AppSettings>] = [
        Key(
            "directory",
            \.directory,
            .path,
            example: "/srv/shop",
            help: "Required. The project folder, with docker-compose.yml and .env."
        ),
        Key(
            "spool",
            \.spool,
            .path,
            help: """
                The folder in which CI drops .env.deploy. User berth must be able to read and write it. It may be the \
                project folder, so that an rsync to there goes on unchanged.
                """
        ),
        Key(
            "backups",
            \.backups,
            .path,
            help: """
                The folder for what steps with an output write, such as a dump of the database. berth makes the folder \
                if user berth may write above it. User berth alone can read it.
                """
        ),
        Key(
            "registry",
            \.registry,
            .host,
            help: "The registry to which the credential of a drop logs in."
        ),
        Key(
            "credential",
            \.credential,
            .credential,
            help: """
                The variables of a drop that carry its credential: first the one with the user's name, then the one with \
                the token. GitLab has CI_REGISTRY_USER and CI_JOB_TOKEN. Compose does not get them.
                """
        ),
        Key(
            "variables",
            \.variables,
            .names,
            example: ["ENV", "IMAGE_TAG", "REGISTRY_OWNER"],
            help: """
                The variables that a drop may set. Without this key, a drop may set any variable that does not steer \
                berth, docker or the programs that they start. If a name sounds like a secret and the Compose file uses \
                it, only a name in this list is taken, and its value is kept in the record.
                """
        ),
        Key(
            "images",
            \.images,
            .repositories,
            example: ["ghcr.io/acme/shop-*"].compactMap(RepositoryPattern.init),
            help: """
                The repositories that a drop's variables may choose, as the Compose file writes them, without a tag; * \
                stands for any characters except /. Images that the Compose file spells out need not be here. Without \
                this key, a drop may choose those of the last good release, and the first deployment sets them.
                """
        ),
        Key(
            "readers",
            \.readers,
            .users,
            help: """
                The users who may read the records of this app, such as CI's, so that berth wait and berth receive can \
                tell its job the verdict. Members of the group berth-records can read those of all apps.
                """
        ),
        Key(
            "notify",
            \.notify,
            .command,
            example: ["/usr/local/bin/tell-us"],
            help: """
                A command that berth runs for each verdict, with the record on its standard input: the program's path and \
                its arguments. It runs as user berth, beside the deployments, for 30 seconds at most. docs/notify.md has \
                examples.
                """
        ),
        Key(
            "keep",
            \.keep,
            .number(in: 0...100),
            help: "How many good releases keep their images, files and backups on this host, besides the last one."
        ),
    ]

    /// An app without any key; validation refuses it until the directory is set.
    init(unwritten name: AppName) {
        self.init(name: name, directory: "")
    }
}
