import Support
import Testing

@testable import Docker
@testable import DockerModel

@Suite("The Engine's disk usage", .timeLimit(.minutes(1)))
struct DiskTests {
    private let anonymous = VolumeName(rawValue: Fixture.anonymous)

    @Test("images, and the sizes that they share")
    func sharedSize() async throws {
        try await withStubEngine(["GET /images/json?shared-size=1": .answer(Fixture.sharingImages)]) { _, session, _ in
            let images = try await session.images(sharedSize: true)
            #expect(images.map(\.size) == [2_128_099, 2_128_096, 2_028_096])
            #expect(images.map(\.sharedSize) == [2_128_096, 2_128_096, 2_028_096])
        }
    }

    @Test(
        "an image that was pulled and never tagged here",
        arguments: [#"{"LastTagTime":"0001-01-01T00:00:00Z"}"#, "{}"]
    )
    func neverTagged(metadata: String) async throws {
        let json = #"{"Id":"sha256:7e","Size":1,"Created":"2026-11-21T15:30:36Z","Metadata":\#(metadata)}"#
        try await withStubEngine(["GET /images/sha256:7e/json": .answer(json)]) { _, session, _ in
            let image = try await session.image("sha256:7e")
            #expect(image.lastTagged == nil)
        }
    }

    @Test("volumes, of which only one is certainly unnamed")
    func volumes() async throws {
        try await withStubEngine(["GET /volumes": .answer(Fixture.volumes)]) { _, session, _ in
            let volumes = try await session.volumes()
            #expect(volumes.count == 6)
            #expect(volumes.filter(\.isAnonymous).map(\.name) == [anonymous])
            let shop = try #require(volumes.first { $0.name == "shop_data" })
            #expect(shop.driver == "local" && shop.labels.isEmpty && shop.options.isEmpty)
            let ram = try #require(volumes.first { $0.name == "ram" })
            #expect(ram.options["type"] == "tmpfs")
        }
        try await withStubEngine(["GET /volumes": .answer(Fixture.noVolumes)]) { _, session, _ in
            let volumes = try await session.volumes()
            #expect(volumes.isEmpty)
        }
    }

    private static let label = #"{"com.docker.volume.anonymous":""}"#

    @Test(
        "a volume is anonymous only if everything says so",
        arguments: [
            (Fixture.volume(Fixture.anonymous, labels: label), true),
            (Fixture.volume(Fixture.anonymous, labels: label, options: "{}"), true),
            (
                Fixture.volume(
                    Fixture.anonymous,
                    labels: #"{"com.docker.volume.anonymous":"","com.docker.compose.project":"shop"}"#
                ), true
            ),
            (Fixture.volume(Fixture.anonymous), false),
            (Fixture.volume(Fixture.anonymous, labels: "{}"), false),
            (Fixture.volume(Fixture.anonymous, labels: #"{"com.docker.compose.project":"shop"}"#), false),
            (Fixture.volume(Fixture.anonymous, labels: #"{"com.docker.volume.anonymous":"","keep":"1"}"#), false),
            (Fixture.volume(Fixture.anonymous, labels: label, options: #"{"type":"nfs"}"#), false),
            (Fixture.volume(Fixture.anonymous, labels: label, driver: "rclone"), false),
            (Fixture.volume("shop_data", labels: label), false),
            (Fixture.volume(Fixture.anonymous.uppercased(), labels: label), false),
            (Fixture.volume(String(Fixture.anonymous.dropLast()), labels: label), false),
            (Fixture.volume(Fixture.anonymous + "0", labels: label), false),
        ] as [(String, Bool)]
    )
    func isAnonymous(volume: String, expected: Bool) throws {
        let volume = try JSON(bytes: volume.utf8).decode(as: Volume.self)
        #expect(volume.isAnonymous == expected)
    }

    @Test("the removal of a volume, never forced")
    func removeVolume() async throws {
        try await withStubEngine([
            "DELETE /volumes/\(anonymous)": .answer("", status: "204 No Content"),
            "DELETE /volumes/shop_data": .failure(409, "remove shop_data: volume is in use - [62b6]"),
            "DELETE /volumes/..%2Fa%3Fforce%3D1": .failure(404, "no such volume"),
        ]) { _, session, stub in
            try await session.removeVolume(anonymous)
            let error = EngineError.refused(
                request: "DELETE /volumes/shop_data".inNewestVersion,
                status: 409,
                message: "remove shop_data: volume is in use - [62b6]"
            )
            await #expect(throws: error) { try await session.removeVolume("shop_data") }
            await #expect(throws: EngineError.self) { try await session.removeVolume("../a?force=1") }
            #expect(stub.asked.map(\.line).allSatisfy { $0.hasPrefix("DELETE /volumes/") && !$0.contains("?") })
            #expect(stub.asked.count == 3)
        }
    }

    @Test("everything in its root folder")
    func diskUsage() async throws {
        try await withStubEngine(["GET /system/df": .answer(Fixture.diskUsage)]) { _, session, _ in
            let usage = try await session.diskUsage()
            #expect(usage.layersSize == 2_128_096)
            #expect(usage.images.map(\.sharedSize) == [2_128_096, 2_128_096, 2_028_096])
            #expect(usage.containers.map(\.container.names) == [["stopped"], ["loc"]])
            #expect(usage.containers.map(\.container.labels.project) == ["shop", nil])
            #expect(usage.containers.map(\.size) == [2, 0])
            #expect(usage.volumes.map(\.volume.name) == [anonymous, "shop_data", "shop_nfs", "shop_db"])
            #expect(usage.volumes.map(\.size) == [5_000, 0, nil, nil])
            #expect(usage.buildCache.count == 2)
        }
    }

    @Test("the known sizes of volumes")
    func volumeSizes() async throws {
        try await withStubEngine(["GET /system/df?type=volume": .answer(Fixture.diskUsage)]) { _, session, _ in
            let sizes = try await session.volumeSizes()
            #expect(sizes == [anonymous: 5_000, "shop_data": 0])
        }
    }

    @Test("the build cache")
    func buildCache() async throws {
        let line = "GET /system/df?type=build-cache"
        try await withStubEngine([line: .answer(Fixture.diskUsage(buildCache: Fixture.buildCache))]) { _, session, _ in
            let cache = try await session.buildCache()
            let first = try #require(cache.first)
            #expect(first.id == "n63u8hh5201acu67qpqaalr48" && first.type == "regular" && first.size == 100_086)
            #expect(first.created == Timestamp("2026-11-21T15:27:37.714037478Z"))
            #expect(first.lastUsed == Timestamp("2026-11-21T15:27:38.2099979Z"))
            #expect(cache.map(\.isInUse) == [false, true])
            #expect(cache.map(\.isShared) == [false, true])
            #expect(cache.map { $0.lastUsed == nil } == [false, true])
        }
        try await withStubEngine([line: .answer(Fixture.diskUsage(buildCache: "null"))]) { _, session, _ in
            let cache = try await session.buildCache()
            #expect(cache.isEmpty)
        }
    }

    @Test("a prune of build cache unused for a day, without the images' own layers")
    func pruneBuildCache() async throws {
        let prune = "POST /build/prune?filters=%7B%22until%22%3A%5B%2286400s%22%5D%7D"
        let report = #"{"CachesDeleted":["ripedcwnw41hgdttwbf131vb8"],"SpaceReclaimed":212726}"#
        try await withStubEngine([prune: .answer(report)]) { _, session, _ in
            let hasRemoved = try await session.pruneBuildCache(unusedFor: .seconds(86_400))
            #expect(hasRemoved)
        }
        try await withStubEngine([prune: .answer(#"{"CachesDeleted":null,"SpaceReclaimed":0}"#)]) { _, session, _ in
            let hasRemoved = try await session.pruneBuildCache(unusedFor: .seconds(86_400))
            #expect(!hasRemoved)
        }
    }
}
