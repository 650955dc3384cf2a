import NIOHTTP1

extension Engine {
    /// What lies in the Engine's root folder, and how many bytes it takes (`GET /system/df`).
    ///
    /// The Engine walks through every container and volume for it. One before 23 does so for one request at a time, and
    /// refuses another.
    package func diskUsage() async throws(EngineError) -> DiskUsage {
        try await decode(from: Request(path: "/system/df", timeout: Self.measureTimeout))
    }

    /// The bytes of each volume that the Engine can measure (`GET /system/df`, of volumes alone from API 1.42 on).
    package func volumeSizes() async throws(EngineError) -> [VolumeName: Int64] {
        let request = Request(path: "/system/df", query: ["type": "volume"], timeout: Self.measureTimeout)
        let usage: DiskUsage = try await decode(from: request)
        let sizes = usage.volumes.compactMap { usage in usage.size.map { (usage.volume.name, $0) } }
        return Dictionary(sizes) { first, _ in first }
    }

    /// The records of the build cache (`GET /system/df`, of the cache alone from API 1.42 on).
    package func buildCache() async throws(EngineError) -> [CacheEntry] {
        // Before, the Engine measures everything for it.
        let request = Request(path: "/system/df", query: ["type": "build-cache"], timeout: Self.measureTimeout)
        let usage: DiskUsage = try await decode(from: request)
        return usage.buildCache
    }

    /// Removes the build cache's records that no build has used for so long, and says whether there were any
    /// (`POST /build/prune`).
    ///
    /// Records that an image shares, those that younger ones need, and those of the builder itself, stay.
    package func pruneBuildCache(unusedFor duration: Duration) async throws(EngineError) -> Bool {
        struct Report: Decodable {
            let cachesDeleted: [CacheID]?

            enum CodingKeys: String, CodingKey {
                case cachesDeleted = "CachesDeleted"
            }
        }
        let report: Report = try await decode(
            from: Request(
                method: .POST,
                path: "/build/prune",
                query: ["filters": Filters.unused(for: duration).text],
                timeout: Self.removalTimeout
            )
        )
        return report.cachesDeleted?.isEmpty == false
    }
}

/// What lies in the Engine's root folder (`GET /system/df`); empty where it was not asked for.
package struct DiskUsage: Hashable, Sendable {
    /// Bytes of the layers of all images, each counted once.
    package let layersSize: Int64
    package let images: [ImageSummary]
    package let containers: [ContainerUsage]
    /// Those of the driver `local` without options.
    package let volumes: [VolumeUsage]
    package let buildCache: [CacheEntry]

    package struct ContainerUsage: Hashable, Sendable {
        package let container: ContainerSummary
        /// Bytes that it has written over its image, without its volumes and its log.
        package let size: Int64
    }

    package struct VolumeUsage: Hashable, Sendable {
        package let volume: Volume
        /// Bytes; nil when it was not measured.
        package let size: Int64?
    }
}

/// A record of the build cache.
package struct CacheEntry: Hashable, Sendable {
    package let id: CacheID
    /// `regular`, `source.local`, `exec.cachemount`, `frontend`, `internal`, ….
    package let type: String
    /// Bytes.
    package let size: Int64
    /// Whether a build uses it now.
    package let isInUse: Bool
    /// Whether an image holds the same layer: without the record it stays.
    package let isShared: Bool
    /// When a build last did; nil when none has since it was made.
    package let lastUsed: Timestamp?
    package let created: Timestamp?
}

extension DiskUsage: Decodable {
    package init(from decoder: any Decoder) throws {
        let usage = try decoder.members()
        layersSize = try usage.optional("LayersSize") ?? 0
        images = try usage.optional("Images") ?? []
        containers = try usage.optional("Containers") ?? []
        volumes = try usage.optional("Volumes") ?? []
        buildCache = try usage.optional("BuildCache") ?? []
    }
}

extension DiskUsage.ContainerUsage: Decodable {
    package init(from decoder: any Decoder) throws {
        container = try ContainerSummary(from: decoder)
        // Left out where it is zero.
        size = try decoder.members().optional("SizeRw") ?? 0
    }
}

extension DiskUsage.VolumeUsage: Decodable {
    package init(from decoder: any Decoder) throws {
        volume = try Volume(from: decoder)
        size = try decoder.members().optionalObject("UsageData")?.measured("Size")
    }
}

extension CacheEntry: Decodable {
    package init(from decoder: any Decoder) throws {
        let entry = try decoder.members()
        id = try entry.value("ID")
        type = try entry.value("Type")
        size = try entry.value("Size")
        isInUse = try entry.value("InUse")
        isShared = try entry.value("Shared")
        lastUsed = try entry.timestamp("LastUsedAt")
        created = try entry.timestamp("CreatedAt")
    }
}
