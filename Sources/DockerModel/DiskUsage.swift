/// What uses the Engine's root folder (`GET /system/df`); lists that were not requested are empty.
package struct DiskUsage: Hashable, Sendable {
    /// Bytes of all image layers, each layer counted once.
    package let layersSize: Int64
    package let images: [ImageSummary]
    package let containers: [ContainerUsage]
    /// Volumes of the driver `local` without options.
    package let volumes: [VolumeUsage]
    package let buildCache: [CacheEntry]

    package struct ContainerUsage: Hashable, Sendable {
        package let container: ContainerSummary
        /// Bytes of its writable layer, without volumes and log.
        package let size: Int64
    }

    package struct VolumeUsage: Hashable, Sendable {
        package let volume: Volume
        /// Bytes; nil if it was not measured.
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
    /// Whether an image shares the layer, so that removing the record frees nothing.
    package let isShared: Bool
    /// When a build last used it; nil if none has since its creation.
    package let lastUsed: Timestamp?
    package let created: Timestamp?
}

extension DiskUsage: Decodable {
    package init(from decoder: any Decoder) throws {
        let usage = try decoder.members()
        layersSize = try usage.bytes("LayersSize") ?? 0
        images = try usage.optional("Images") ?? []
        containers = try usage.optional("Containers") ?? []
        volumes = try usage.optional("Volumes") ?? []
        buildCache = try usage.optional("BuildCache") ?? []
    }
}

extension DiskUsage.ContainerUsage: Decodable {
    package init(from decoder: any Decoder) throws {
        container = try ContainerSummary(from: decoder)
        // The Engine leaves out a size of zero.
        size = try decoder.members().bytes("SizeRw") ?? 0
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
        size = try entry.bytes("Size") ?? 0
        isInUse = try entry.value("InUse")
        isShared = try entry.value("Shared")
        lastUsed = try entry.timestamp("LastUsedAt")
        created = try entry.timestamp("CreatedAt")
    }
}
