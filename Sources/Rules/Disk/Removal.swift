import DockerModel

/// One thing that takes room in the Engine.
package enum Subject: Hashable, Sendable {
    /// With all its names.
    case image(id: ImageID, names: [ImageReference])
    /// Entries of the build cache.
    case buildCache([CacheID])
    case volume(VolumeName)

    /// The kind of content, which decides the filesystem.
    var content: Filesystem.Content {
        switch self {
        case .image, .buildCache: .images
        case .volume: .volumes
        }
    }
}

/// Something to remove, and why it may be removed.
package struct Removal: Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        case dangling
        /// It belongs to a release that is no longer kept.
        case superseded(app: AppName, number: Int)
        case unusedForADay
        /// A local image has no registry's digest, and could not be pulled again.
        case unused(isLocal: Bool)
        case unreferenced
    }

    package let subject: Subject
    package let reason: Reason
    /// Bytes; nil if it was not measured.
    package let size: Int64?
    /// The estimated bytes that its removal frees; nil if unknown.
    package let frees: Int64?
}

/// Something that stays, and why.
package struct Kept: Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        case usedBy(container: String, isRunning: Bool)
        /// A release that its app can go back to, or a deployment under way.
        case release(app: AppName, number: Int, isUnderWay: Bool)
        /// The app's records are missing, or cannot all be read.
        case unknown(app: AppName)
        case young
        case cacheInUse
        case named
        case volumesStay
        /// A Compose file of the app mentions it.
        case mentioned(app: AppName)
        case composeUnreadable
        /// There is enough room without it.
        case roomEnough
        case noTimeLeft
        case usageUnknown
    }

    package let subject: Subject
    package let reason: Reason
    /// Bytes; nil if it was not measured.
    package let size: Int64?
}

extension Removal.Reason {
    /// Lower tiers are removed first.
    var tier: Int {
        switch self {
        case .dangling: 0
        case .superseded: 1
        case .unusedForADay: 2
        case .unused(isLocal: false): 3
        case .unused(isLocal: true): 4
        case .unreferenced: 5
        }
    }
}

extension Removal.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .dangling: "dangling"
        case .superseded(let app, let number): "superseded release #\(number) of \(app)"
        case .unusedForADay: "unused for a day"
        case .unused(isLocal: false): "unused"
        case .unused(isLocal: true): "unused, and not from a registry"
        case .unreferenced: "anonymous, and nothing refers to it"
        }
    }
}

extension Kept.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .usedBy(let container, let isRunning):
            "container \(container), \(isRunning ? "running" : "not running"), uses it"
        case .release(let app, let number, isUnderWay: false): "release #\(number) of \(app) is kept"
        case .release(let app, let number, isUnderWay: true): "deployment #\(number) of \(app) is under way"
        case .unknown(let app): "the records of \(app) are missing, or cannot all be read"
        case .young: "younger than an hour, or of unknown age"
        case .cacheInUse: "in use, shared, or used within a day"
        case .named: "named, or not marked as anonymous by the Engine"
        case .volumesStay: "volumes stay on this host (volumes = \"keep\")"
        case .mentioned(let app): "a Compose file of \(app) mentions it"
        case .composeUnreadable: "not every app's Compose file could be read"
        case .roomEnough: "there is enough room without it"
        case .noTimeLeft: "the prune ended before its turn"
        case .usageUnknown: "the disk usage cannot be read"
        }
    }
}

extension Subject: CustomStringConvertible {
    package var description: String {
        switch self {
        case .image(let id, let names):
            names.isEmpty
                ? "image \(id)"
                : "image \(names.map(\.rawValue).joined(separator: ", ")) (\(id.rawValue.prefix("sha256:".count + 12)))"
        case .buildCache(let entries): "build cache, \(entries.count == 1 ? "1 entry" : "\(entries.count) entries")"
        case .volume(let name): "volume \(name)"
        }
    }
}
