import DockerModel

/// What the Engine has on a host and who needs it, as it was read at one moment.
package struct Inventory: Equatable {
    package var now: Timestamp
    package var images: [Image] = []
    package var containers: [Container] = []
    package var buildCache: [CacheEntry] = []
    package var volumes: [Volume] = []
    /// Every app that has records on this host.
    package var apps: [App] = []
    /// The anonymous volumes that a Compose file mentions, and the app that it belongs to; nil if one of the files could not
    /// be read.
    package var mentioned: [VolumeName: AppName]? = [:]

    package init(now: Timestamp) {
        self.now = now
    }

    package struct Image: Equatable {
        let id: ImageID
        /// Its tags; none for a dangling image.
        let names: [ImageReference]
        /// Whether it has a registry's digest, so that it can be pulled again.
        let hasDigest: Bool
        let created: Timestamp?
        /// When it was last given a name on this host, or first seen there; nil if that is unknown.
        let arrived: Timestamp?
        let size: Int64
        /// The part of the size that other images share.
        let sharedSize: Int64

        package init(
            id: ImageID,
            names: [ImageReference] = [],
            hasDigest: Bool = true,
            created: Timestamp? = nil,
            arrived: Timestamp? = nil,
            size: Int64,
            sharedSize: Int64 = 0
        ) {
            self.id = id
            self.names = names
            self.hasDigest = hasDigest
            self.created = created
            self.arrived = arrived
            self.size = size
            self.sharedSize = sharedSize
        }

        package init(_ image: ImageSummary, arrived: Timestamp? = nil) {
            self.init(
                id: image.id,
                names: image.repoTags,
                hasDigest: !image.repoDigests.isEmpty,
                created: image.created,
                arrived: arrived,
                size: image.size,
                sharedSize: image.sharedSize ?? 0
            )
        }
    }

    /// A container in any state.
    package struct Container: Equatable {
        let name: String
        package let imageID: ImageID
        /// What it was made from, as it was named then.
        let image: String
        let isRunning: Bool
        /// The names of the volumes that it refers to.
        package let volumes: [VolumeName]

        package init(
            name: String,
            imageID: ImageID,
            image: String = "",
            isRunning: Bool = true,
            volumes: [VolumeName] = []
        ) {
            self.name = name
            self.imageID = imageID
            self.image = image
            self.isRunning = isRunning
            self.volumes = volumes
        }

        package init(_ container: ContainerSummary) {
            self.init(
                name: container.name,
                imageID: container.imageID,
                image: container.image,
                isRunning: container.status == .running,
                volumes: container.mounts.filter { $0.type == "volume" }.compactMap { $0.name.map(VolumeName.init) }
            )
        }
    }

    package struct CacheEntry: Equatable {
        /// Entries that no build has used for so long may go.
        package static let idleTime = Duration.seconds(24 * 60 * 60)

        let id: CacheID
        let size: Int64
        /// Whether a build uses it now, or an image has a share in it.
        let isInUse: Bool
        /// Nil if it is unknown.
        let lastUsed: Timestamp?

        package init(id: CacheID, size: Int64, isInUse: Bool = false, lastUsed: Timestamp?) {
            self.id = id
            self.size = size
            self.isInUse = isInUse
            self.lastUsed = lastUsed
        }

        package init(_ entry: DockerModel.CacheEntry) {
            // No prune removes what the builder itself needs.
            let isBuilders = entry.type == "internal" || entry.type == "frontend"
            self.init(
                id: entry.id,
                size: entry.size,
                isInUse: entry.isInUse || entry.isShared || isBuilders,
                lastUsed: entry.lastUsed ?? entry.created
            )
        }
    }

    package struct Volume: Equatable {
        let name: VolumeName
        /// Whether it is certain that the Engine, and not a person, has named it.
        let isAnonymous: Bool
        /// Nil if it was not measured.
        let size: Int64?

        package init(name: VolumeName, isAnonymous: Bool, size: Int64? = nil) {
            self.name = name
            self.isAnonymous = isAnonymous
            self.size = size
        }
    }

    /// One of berth's own apps, by its history.
    package struct App: Equatable {
        let name: AppName
        package let releases: [Release]
        /// Whether each of its records could be read.
        let isComplete: Bool

        package init(name: AppName, releases: [Release], isComplete: Bool = true) {
            self.name = name
            self.releases = releases
            self.isComplete = isComplete
        }

        /// What an app's history says of the images that it needs.
        ///
        /// - Parameter keep: nil if the settings do not name the app. All that is good of it then stays, since the settings
        ///   may name it again.
        package init(_ name: AppName, _ history: History, keep: Int?) {
            let kept = history.kept(keep ?? .max)
            let ended = history.entries.map { entry in
                Release(
                    number: entry.number,
                    images: Set(entry.images.values),
                    standing: kept.contains(entry.number) ? .kept : .superseded,
                    received: entry.received
                )
            }
            let undecided = history.undecided.sorted().map { number in
                // Its images are known by their pins.
                Release(number: number, images: [], standing: .underWay, received: Timestamp(nanoseconds: 0))
            }
            self.init(name: name, releases: ended + undecided, isComplete: history.isComplete)
        }
    }

    package struct Release: Equatable {
        package enum Standing: Equatable {
            case kept, underWay, superseded
        }

        let number: Int
        /// The IDs of its images.
        package let images: Set<ImageID>
        let standing: Standing
        let received: Timestamp

        package init(number: Int, images: Set<ImageID>, standing: Standing, received: Timestamp) {
            self.number = number
            self.images = images
            self.standing = standing
            self.received = received
        }
    }
}
