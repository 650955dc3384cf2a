// Pure: values in, values out.

/// What the Engine has on a host and who needs it, as it was read at one moment.
///
/// Times are since 1970.
struct Inventory: Equatable {
    var now: Duration
    var images: [Image] = []
    var containers: [Container] = []
    var buildCache: [CacheEntry] = []
    var volumes: [Volume] = []
    /// Every app that has records on this host.
    var apps: [App] = []
    /// The anonymous volumes that a Compose file mentions, and whose it is; nil where one of the files could not be read.
    var mentioned: [String: String]? = [:]

    struct Image: Equatable {
        let id: String
        /// Its tags; none for a dangling image.
        var names: [String] = []
        /// Whether it has a registry's digest, so that it can be pulled again.
        var hasDigest = true
        var created: Duration?
        /// When it was last given a name on this host, or seen there first; nil where nobody knows.
        var arrived: Duration?
        let size: Int64
        /// What other images hold of that size too.
        var sharedSize: Int64 = 0
    }

    /// A container in any state.
    struct Container: Equatable {
        let name: String
        let imageID: String
        /// What it was made from, as it was named then.
        var image = ""
        var isRunning = true
        /// The names of the volumes that it refers to.
        var volumes: [String] = []
    }

    struct CacheEntry: Equatable {
        /// Entries that no build has used for so long may go.
        static let idleTime = Duration.seconds(24 * 60 * 60)

        let id: String
        let size: Int64
        /// Whether a build uses it now, or an image has a share in it.
        var isInUse = false
        /// Nil where nobody knows.
        let lastUsed: Duration?
    }

    struct Volume: Equatable {
        let name: String
        /// Whether it is certain that nobody has named it.
        let isAnonymous: Bool
        /// Nil where it was not measured.
        var size: Int64?
    }

    /// One of berth's own apps, by its records.
    struct App: Equatable {
        let name: String
        let releases: [Release]
        /// Whether each of its records could be read.
        var isComplete = true
    }

    struct Release: Equatable {
        enum Standing: Equatable {
            case kept, underWay, superseded
        }

        let number: Int
        /// The IDs of its images.
        let images: Set<String>
        let standing: Standing
        var received = Duration.zero
    }
}
