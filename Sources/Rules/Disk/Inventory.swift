import DockerModel

/// What the Engine has on a host, and what needs it, at one moment.
package struct Inventory: Equatable {
    package var now: Timestamp
    package var images: [Image] = []
    package var containers: [Container] = []
    package var buildCache: [CacheEntry] = []
    package var volumes: [Volume] = []
    /// Every app that has records on this host.
    package var apps: [App] = []
    /// The anonymous volumes that a Compose file mentions, and the file's app; nil if one of the files could not be
    /// read.
    package var mentioned: [VolumeName: AppName]? = [:]

    package init(now: Timestamp) {
        self.now = now
    }

    package struct Image: Equatable {
        let id: ImageID
        /// Its tags; none for a dangling image.
        var names: [ImageReference] = []
        var digests: [ImageReference] = []
        /// Whether a registry has it, so that it can be pulled again; also true if that is not known.
        var hasDigest = true
        var created: Timestamp?
        /// When it was last named or first seen on this host; nil if unknown.
        var arrived: Timestamp?
        let size: Int64
        /// The part of the size that it shares with other images.
        var sharedSize: Int64 = 0
    }

    /// A container in any state.
    package struct Container: Equatable {
        let name: String
        package let imageID: ImageID
        /// The image's name or ID at the time when the container was created.
        var image = ""
        /// The names of the images that it mounts, as they were when the container was created.
        package var mounted: [ImageReference] = []
        var isRunning = true
        /// The names of the volumes that it refers to.
        package var volumes: [VolumeName] = []
    }

    package struct CacheEntry: Equatable {
        /// Entries that no build has used for this long may be removed.
        package static let idleTime = Duration.day

        let id: CacheID
        let size: Int64
        /// Whether a build uses it now, an image shares it, or the builder needs it.
        var isInUse = false
        /// Nil if unknown.
        let lastUsed: Timestamp?
    }

    package struct Volume: Equatable {
        let name: VolumeName
        /// Whether the Engine, and not a user, certainly named it.
        let isAnonymous: Bool
        /// Nil if it was not measured.
        let size: Int64?

        package init(name: VolumeName, isAnonymous: Bool, size: Int64? = nil) {
            self.name = name
            self.isAnonymous = isAnonymous
            self.size = size
        }
    }

    /// One of berth's apps, as its history describes it.
    package struct App: Equatable {
        let name: AppName
        package let releases: [Release]
        /// Whether all its records could be read.
        var isComplete = true
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
    }
}

extension Inventory.Image {
    package init(_ image: ImageSummary, arrived: Timestamp? = nil, isPulled: Bool? = nil) {
        self.init(
            id: image.id,
            names: image.repoTags,
            digests: image.repoDigests,
            hasDigest: image.names.isFromRegistry ?? isPulled ?? true,
            created: image.created,
            arrived: arrived,
            size: image.size,
            sharedSize: image.sharedSize ?? 0
        )
    }
}

extension Inventory.Container {
    package init(_ container: ContainerSummary) {
        self.init(
            name: container.name,
            imageID: container.imageID,
            image: container.image,
            mounted: container.mountedImages,
            isRunning: container.status == .running,
            volumes: container.mounts.filter { $0.type == "volume" }.compactMap { $0.name.map(VolumeName.init) }
        )
    }
}

extension Inventory.CacheEntry {
    package init(_ entry: CacheEntry) {
        // No prune removes the builder's own entries.
        let isBuilders = entry.type == "internal" || entry.type == "frontend"
        self.init(
            id: entry.id,
            size: entry.size,
            isInUse: entry.isInUse || entry.isShared || isBuilders,
            lastUsed: entry.lastUsed ?? entry.created
        )
    }
}

extension Inventory.App {
    /// Lists the releases of an app's history with their images.
    ///
    /// - Parameter keep: nil if the settings do not name the app. All its good releases then stay, because the settings
    ///   may name it again.
    package init(_ name: AppName, _ history: History, keep: Int?) {
        let kept = history.kept(keep ?? .max)
        let ended = history.entries.map { entry in
            Inventory.Release(
                number: entry.number,
                images: Set(entry.images.values),
                standing: kept.contains(entry.number) ? .kept : .superseded,
                received: entry.received
            )
        }
        let undecided = history.undecided.sorted().map { number in
            // Pins identify its images.
            Inventory.Release(number: number, images: [], standing: .underWay, received: Timestamp(nanoseconds: 0))
        }
        self.init(name: name, releases: ended + undecided, isComplete: history.isComplete)
    }
}
