/// What is there before an app is set up.
package struct SetupFacts: Sendable {
    package let app: AppName
    /// Absolute.
    package let directory: String
    /// CI's user.
    package let user: String
    package var userExists = true
    /// Whether the user may run a command over ssh.
    package var userHasShell = true
    package var userGroups: Set<String> = []
    /// The other apps whose spools the user owns.
    package var otherApps: [AppName] = []
    /// For the settings, if they are to name another one than the default.
    package var registry: String?
    /// Where the way to the folder ends, if symbolic links are followed; nil if it leads nowhere.
    package var realDirectory: String?
    /// Nil if there is none.
    package var folder: File?
    package var environment: File?
    /// Those that Compose finds.
    package var composeFiles: [File] = []
    /// The spool where the settings have it.
    package var spool: FileFacts?
    /// What the settings already say of the app.
    package var known: Known?
    /// The file that is to hold the app's settings, and whether it is there.
    package let settingsFile: String
    package var hasSettingsFile = false
    package var agentRuns = true
    /// The groups of user berth.
    package var groups: Set<String> = ["berth", "docker"]

    package init(app: AppName, directory: String, user: String, settingsFile: String) {
        self.app = app
        self.directory = directory
        self.user = user
        self.settingsFile = settingsFile
    }

    /// A file or folder that user berth must be able to read.
    package struct File: Equatable, Sendable {
        /// In the app's folder; nil for the folder itself.
        package let name: String?
        package let facts: FileFacts
        /// Which one it is, whatever its name.
        package let identity: Identity
        /// How many names the file has.
        package let links: UInt64
        /// The users in its group.
        package var members: Set<String>
        /// Whether its access control list lets user berth read it; nil if it has none.
        package var isListed: Bool?

        package init(
            name: String?,
            facts: FileFacts,
            identity: Identity,
            links: UInt64,
            members: Set<String> = [],
            isListed: Bool? = nil
        ) {
            self.name = name
            self.facts = facts
            self.identity = identity
            self.links = links
            self.members = members
            self.isListed = isListed
        }

        package struct Identity: Equatable, Sendable {
            package let device: UInt64
            package let inode: UInt64

            package init(device: UInt64, inode: UInt64) {
                self.device = device
                self.inode = inode
            }
        }
    }

    package struct Known: Sendable {
        package let directory: String
        package let spool: String
        package let readers: [String]
        package let registry: String

        package init(directory: String, spool: String, readers: [String], registry: String) {
            self.directory = directory
            self.spool = spool
            self.readers = readers
            self.registry = registry
        }
    }

    var defaultSpool: String { "/var/spool/berth/\(app)" }

    /// Where CI drops.
    package var spoolPath: String { known?.spool ?? defaultSpool }
}
