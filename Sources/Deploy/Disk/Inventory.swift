// Pure: values in, values out.

/// What the Engine has on a host and who needs it, as it was read at one moment.
///
/// Times are since 1970.
package struct Inventory: Equatable, Sendable {
    package var now: Duration
    package var images: [Image] = []
    package var containers: [Container] = []
    package var buildCache: [CacheEntry] = []
    package var volumes: [Volume] = []
    /// Every app that has records on this host.
    package var apps: [App] = []
    /// How the deployment that asks for room names its images.
    package var needed: Set<String> = []
    /// The names of volumes that apps' Compose files mention, by app; nil where one of them could not be read.
    package var declared: [String: String]? = [:]

    package init(now: Duration) {
        self.now = now
    }

    package struct Image: Equatable, Sendable {
        package let id: String
        /// Its tags; none for a dangling image.
        package let names: [String]
        /// Whether a registry has it, so that it could be pulled again.
        package let isInRegistry: Bool
        package let created: Duration?
        /// When it was pulled, built or named on this host.
        package let lastTagged: Duration?
        package let size: Int64
        /// What other images hold of that size too.
        package let sharedSize: Int64

        package init(
            id: String,
            names: [String],
            isInRegistry: Bool = true,
            created: Duration? = nil,
            lastTagged: Duration? = nil,
            size: Int64,
            sharedSize: Int64 = 0
        ) {
            self.id = id
            self.names = names
            self.isInRegistry = isInRegistry
            self.created = created
            self.lastTagged = lastTagged
            self.size = size
            self.sharedSize = sharedSize
        }
    }

    /// A container in any state.
    package struct Container: Equatable, Sendable {
        package let name: String
        package let imageID: String
        /// What it was made from, as it was named then.
        package let image: String
        package let isRunning: Bool
        /// The names of the volumes that it refers to.
        package let volumes: [String]

        package init(name: String, imageID: String, image: String = "", isRunning: Bool = true, volumes: [String] = [])
        {
            self.name = name
            self.imageID = imageID
            self.image = image
            self.isRunning = isRunning
            self.volumes = volumes
        }
    }

    package struct CacheEntry: Equatable, Sendable {
        package let id: String
        package let size: Int64
        /// Whether a build uses it now, or something else has a share in it.
        package let isInUse: Bool
        package let lastUsed: Duration?

        package init(id: String, size: Int64, isInUse: Bool = false, lastUsed: Duration?) {
            self.id = id
            self.size = size
            self.isInUse = isInUse
            self.lastUsed = lastUsed
        }
    }

    package struct Volume: Equatable, Sendable {
        package let name: String
        /// Whether it is certain that nobody has named it.
        package let isAnonymous: Bool
        /// Nil where it was not measured.
        package let size: Int64?

        package init(name: String, isAnonymous: Bool, size: Int64? = nil) {
            self.name = name
            self.isAnonymous = isAnonymous
            self.size = size
        }
    }

    /// One of berth's own apps, by its records.
    package struct App: Equatable, Sendable {
        package let name: String
        package let releases: [Release]
        /// Whether each of its records could be read.
        package let isCertain: Bool
        /// Whether a deployment of it may yet look for images of which nothing is on record: one that has not pulled.
        package let isPreparing: Bool

        package init(name: String, releases: [Release], isCertain: Bool = true, isPreparing: Bool = false) {
            self.name = name
            self.releases = releases
            self.isCertain = isCertain
            self.isPreparing = isPreparing
        }
    }

    package struct Release: Equatable, Sendable {
        package enum Standing: Equatable, Sendable {
            case kept, underWay, superseded
        }

        package let number: Int
        /// The IDs of its images.
        package let images: Set<String>
        package let standing: Standing
        package let received: Duration

        package init(number: Int, images: Set<String>, standing: Standing, received: Duration = .zero) {
            self.number = number
            self.images = images
            self.standing = standing
            self.received = received
        }
    }
}
