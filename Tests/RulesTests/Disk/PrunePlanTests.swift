import DockerModel
import Testing

@testable import Rules

/// The order of the removals, and where the plan stops.
@Suite struct PrunePlanTests {
    private let now = Timestamp(nanoseconds: 1_800_000_000_000_000_000)
    private let shop: AppName
    private let gone: AppName

    init() throws {
        shop = try #require(AppName("shop"))
        gone = try #require(AppName("gone"))
    }

    private func ago(_ seconds: Int) -> Timestamp { now + .seconds(-seconds) }

    private func image(
        _ id: ImageID,
        _ names: [ImageReference] = [],
        hours: Int = 48,
        size: Int64 = 10,
        shared: Int64 = 0,
        hasDigest: Bool = true
    ) -> Inventory.Image {
        Inventory.Image(
            id: id,
            names: names,
            hasDigest: hasDigest,
            created: ago(hours * 3600),
            arrived: ago(hours * 3600),
            size: size,
            sharedSize: shared
        )
    }

    /// One filesystem of 1000 bytes that holds everything.
    private func usage(_ used: Int64, inodes: Filesystem.Amount? = nil) -> Usage {
        Usage([
            Filesystem(
                path: "/",
                holds: [.images, .volumes],
                space: Filesystem.Amount(used: used, available: 1000 - used),
                inodes: inodes
            )
        ])
    }

    private func release(_ number: Int, _ images: Set<ImageID>, _ standing: Inventory.Release.Standing = .superseded)
        -> Inventory.Release
    {
        Inventory.Release(number: number, images: images, standing: standing, received: ago(100 - number))
    }

    private func plan(_ host: Inventory, _ usage: Usage, _ settings: DiskSettings) -> PrunePlan {
        PrunePlan(host, usage, settings)
    }

    private func ids(_ plan: PrunePlan) -> [String] {
        plan.removals.map { removal in
            switch removal.subject {
            case .image(let id, _): id.rawValue
            case .buildCache: "cache"
            case .volume(let name): name.rawValue
            }
        }
    }

    private func reason(_ plan: PrunePlan, _ id: String) -> Kept.Reason? {
        plan.kept.first { kept in
            switch kept.subject {
            case .image(ImageID(rawValue: id), _), .volume(VolumeName(rawValue: id)): true
            case .image, .buildCache, .volume: false
            }
        }?.reason
    }

    /// A host with one of everything that may be removed.
    private var host: Inventory {
        var host = Inventory(now: now)
        host.images = [
            image("local", ["built:1"], hours: 90, hasDigest: false),
            image("unused-2", ["other:2"], hours: 49),
            image("unused-1", ["other:1"], hours: 50),
            image("superseded-2", ["shop:2"]),
            image("superseded-1", ["shop:1", "berth/shop/app:1"]),
            image("dangling"),
        ]
        host.buildCache = [Inventory.CacheEntry(id: "a", size: 10, lastUsed: ago(90_000))]
        host.volumes = [Inventory.Volume(name: "anonymous", isAnonymous: true, size: 10)]
        host.apps = [
            Inventory.App(name: shop, releases: [release(1, ["superseded-1"]), release(2, ["superseded-2"])])
        ]
        return host
    }

    /// The clock was ahead at #2, so #3 and #4 seem older than it.
    @Test func ofOneAppTheLowestNumberGoesFirst() {
        var host = Inventory(now: now)
        host.images = (["d", "c", "b", "a"] as [ImageID]).map { image($0, [ImageReference(rawValue: "other:\($0)")]) }
        let received = [1: ago(400), 2: ago(100), 3: ago(300), 4: ago(200)]
        let releases = zip(1...4, ["d", "c", "b", "a"] as [ImageID]).map { number, id in
            Inventory.Release(number: number, images: [id], standing: .superseded, received: received[number] ?? now)
        }
        host.apps = [Inventory.App(name: shop, releases: releases.reversed())]
        #expect(ids(plan(host, usage(990), settings)) == ["d", "c", "b", "a"])
    }

    /// The Engine would refuse to remove it, each time (D2 f).
    @Test(arguments: ["other:1", "other", "other@sha256:d1"] as [ImageReference])
    func anImageThatAContainerMountsStays(name: ImageReference) {
        var host = Inventory(now: now)
        host.images = [image("assets", [name.digest == nil ? name.tagged : "berth/x/y:1"])]
        host.images[0].digests = ["other@sha256:d1"]
        var container = Inventory.Container(name: "app", imageID: "app")
        container.mounted = [name]
        host.containers = [container]
        let plan = plan(host, usage(990), settings)
        #expect(ids(plan).isEmpty)
        #expect(reason(plan, "assets") == .usedBy(container: "app", isRunning: true))
    }

    private var settings: DiskSettings {
        var settings = DiskSettings()
        settings.volumes = .anonymous
        return settings
    }

    @Test func aboveTheGuardEverythingGoesInOrder() {
        #expect(
            ids(self.plan(host, usage(990), settings)) == [
                "dangling", "superseded-1", "superseded-2", "cache", "unused-1", "unused-2", "local", "anonymous",
            ]
        )
    }

    @Test(arguments: [
        (800, ["dangling"]),
        // Without the dangling image, it is no longer above the guard limit.
        (810, ["dangling"]),
        (811, ["dangling", "superseded-1", "superseded-2", "cache", "unused-1", "unused-2", "local", "anonymous"]),
    ])
    func theGuardStartsAboveItsLimitOnly(used: Int, expected: [String]) {
        #expect(ids(self.plan(host, usage(Int64(used)), settings)) == expected)
    }

    @Test func thePlanStopsAtTheTarget() {
        var host = host
        host.images[4] = image("superseded-1", ["shop:1", "berth/shop/app:1"], size: 200, shared: 80)
        let plan = self.plan(host, usage(830), settings)
        // 10 and 120 of 130.
        #expect(ids(plan) == ["dangling", "superseded-1"])
        #expect(reason(plan, "superseded-2") == .roomEnough)
        #expect(ids(self.plan(host, usage(831), settings)) == ["dangling", "superseded-1", "superseded-2"])
    }

    @Test func whereTheEstimateIsWrongTheRestIsNext() {
        let plan = self.plan(host, usage(811), settings)
        #expect(plan.reserve.isEmpty)
        var large = host
        large.images[4] = image("superseded-1", ["shop:1", "berth/shop/app:1"], size: 500)
        let short = self.plan(large, usage(990), settings)
        #expect(ids(short) == ["dangling", "superseded-1"])
        #expect(short.reserve.map(\.reason.tier) == [1, 2, 3, 3, 4, 5])
        #expect(short.kept.map(\.reason).allSatisfy { $0 == .roomEnough })
        #expect(PrunePlan(large, usage(990), settings, danglingAlone: true).reserve.isEmpty)
    }

    @Test func wantOfInodesTakesWhatThereIs() {
        let inodes = Filesystem.Amount(used: 81, available: 19)
        #expect(ids(self.plan(host, usage(100, inodes: inodes), settings)).count == 8)
    }

    @Test func whatLiesElsewhereMakesNoRoom() {
        let root = Filesystem(path: "/", holds: [], space: .init(used: 99, available: 1), inodes: nil)
        let docker = Filesystem(
            path: "/d",
            holds: [.images, .volumes],
            space: .init(used: 5, available: 5),
            inodes: nil
        )
        #expect(ids(self.plan(host, Usage([root, docker]), settings)) == ["dangling"])
        let images = Filesystem(path: "/i", holds: [.images], space: .init(used: 5, available: 5), inodes: nil)
        let volumes = Filesystem(path: "/v", holds: [.volumes], space: .init(used: 90, available: 10), inodes: nil)
        #expect(ids(self.plan(host, Usage([root, images, volumes]), settings)) == ["dangling", "anonymous"])
    }

    @Test func volumesStayUnlessTheHostSaysOtherwise() {
        let plan = self.plan(host, usage(990), DiskSettings())
        #expect(!ids(plan).contains("anonymous"))
        #expect(reason(plan, "anonymous") == .volumesStay)
    }

    @Test func everyReasonToKeepAnImage() {
        var host = host
        host.containers = [
            Inventory.Container(name: "stopped", imageID: "superseded-1", isRunning: false),
            Inventory.Container(name: "by-name", imageID: "?", image: "other:1"),
        ]
        host.apps[0] = Inventory.App(
            name: shop,
            releases: [
                release(1, ["superseded-1"]), release(2, ["superseded-2"], .kept), release(3, ["local"], .underWay),
            ]
        )
        host.images += [
            image("young", ["fresh:1"], hours: 0), image("tagged", ["berth/gone/app:1"]),
            image("mine", ["berth/shop/app:3"]),
        ]
        let plan = self.plan(host, usage(990), settings)
        #expect(reason(plan, "superseded-1") == .usedBy(container: "stopped", isRunning: false))
        #expect(reason(plan, "unused-1") == .usedBy(container: "by-name", isRunning: true))
        #expect(reason(plan, "superseded-2") == .release(app: shop, number: 2, isUnderWay: false))
        #expect(reason(plan, "local") == .release(app: shop, number: 3, isUnderWay: true))
        #expect(reason(plan, "mine") == .release(app: shop, number: 3, isUnderWay: true))
        #expect(reason(plan, "young") == .young)
        #expect(reason(plan, "tagged") == .unknown(app: gone))
    }

    @Test func anImageThatCameWithinTheHourIsYoungHoweverOldItsBuild() {
        let longAgo = Timestamp(nanoseconds: 1_000_000_000)
        var host = Inventory(now: now)
        host.images = [
            Inventory.Image(id: "a", names: ["a"], created: longAgo, arrived: ago(3599), size: 10),
            Inventory.Image(id: "b", names: ["b"], created: longAgo, arrived: ago(3600), size: 10),
            Inventory.Image(id: "c", names: ["c"], created: longAgo, size: 10),
            Inventory.Image(id: "d", names: ["d"], created: now, arrived: longAgo, size: 10),
        ]
        let plan = self.plan(host, usage(990), settings)
        #expect(ids(plan) == ["b"])
        #expect(reason(plan, "d") == .young)
        #expect(reason(plan, "c") == .young)
    }

    @Test func anAppWhoseRecordsAreGoneKeepsWhatBerthNamedForIt() {
        var host = host
        host.apps = [Inventory.App(name: shop, releases: [])]
        #expect(reason(self.plan(host, usage(990), settings), "superseded-1") == .unknown(app: shop))
    }

    @Test func everyReasonToKeepAVolume() {
        var host = Inventory(now: now)
        host.volumes = (["used", "named", "mentioned", "free"] as [VolumeName]).map {
            Inventory.Volume(name: $0, isAnonymous: $0 != "named")
        }
        host.containers = [Inventory.Container(name: "db", imageID: "", isRunning: false, volumes: ["used"])]
        host.mentioned = ["mentioned": shop]
        let plan = self.plan(host, usage(990), settings)
        #expect(ids(plan) == ["free"])
        #expect(reason(plan, "used") == .usedBy(container: "db", isRunning: false))
        #expect(reason(plan, "named") == .named)
        #expect(reason(plan, "mentioned") == .mentioned(app: shop))
        host.mentioned = nil
        #expect(reason(self.plan(host, usage(990), settings), "free") == .composeUnreadable)
    }

    @Test func buildCacheThatWasUsedTodayStays() {
        var host = Inventory(now: now)
        host.buildCache = [
            Inventory.CacheEntry(id: "old", size: 10, lastUsed: ago(86_400)),
            Inventory.CacheEntry(id: "new", size: 20, lastUsed: ago(86_399)),
            Inventory.CacheEntry(id: "busy", size: 40, isInUse: true, lastUsed: ago(90_000)),
            Inventory.CacheEntry(id: "unknown", size: 80, lastUsed: nil),
        ]
        let plan = self.plan(host, usage(990), settings)
        #expect(plan.removals == [Removal(subject: .buildCache(["old"]), reason: .unusedForADay, size: 10, frees: 10)])
        #expect(
            plan.kept == [Kept(subject: .buildCache(["busy", "new", "unknown"]), reason: .cacheInUse, size: 140)]
        )
    }

    @Test func everyReasonToGoIsTold() {
        #expect(
            plan(host, usage(990), settings).removals.map { "\($0.subject): \($0.reason)" } == [
                "image dangling: dangling",
                "image shop:1, berth/shop/app:1 (superseded-1): superseded release #1 of shop",
                "image shop:2 (superseded-2): superseded release #2 of shop",
                "build cache, 1 entry: unused for a day",
                "image other:1 (unused-1): unused",
                "image other:2 (unused-2): unused",
                "image built:1 (local): unused, and not from a registry",
                "volume anonymous: anonymous, and nothing refers to it",
            ]
        )
    }
}
