import DockerModel
import Linux
import NIOHTTP1

extension EngineSession {
    /// The disk usage of images, containers, volumes and build cache (`GET /system/df`).
    ///
    /// The Engine walks through every container and volume. Before version 23, it serves one such request at a time and
    /// refuses others.
    package func diskUsage() async throws(EngineError) -> DiskUsage {
        try await decode(from: Request(path: "/system/df", timeout: Self.measureTimeout))
    }

    /// The bytes of each volume that the Engine can measure (`GET /system/df`; since API 1.42, of volumes only).
    package func volumeSizes() async throws(EngineError) -> [VolumeName: Int64] {
        let request = Request(path: "/system/df", query: ["type": "volume"], timeout: Self.measureTimeout)
        let usage: DiskUsage = try await decode(from: request)
        let sizes = usage.volumes.compactMap { usage in usage.size.map { (usage.volume.name, $0) } }
        return Dictionary(sizes) { first, _ in first }
    }

    /// The records of the build cache (`GET /system/df`; since API 1.42, of the cache only).
    package func buildCache() async throws(EngineError) -> [CacheEntry] {
        // Before API 1.42, the Engine measures everything.
        let request = Request(path: "/system/df", query: ["type": "build-cache"], timeout: Self.measureTimeout)
        let usage: DiskUsage = try await decode(from: request)
        return usage.buildCache
    }

    /// Removes the build cache's records that no build has used for `duration`; returns false if there were none
    /// (`POST /build/prune`).
    ///
    /// Records stay if an image shares them, if a younger record needs them, or if the builder itself needs them.
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
