import DockerModel
import Linux
import NIOHTTP1

extension EngineSession {
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
