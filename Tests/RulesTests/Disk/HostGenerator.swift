import DockerModel

@testable import Rules

/// Generates hosts for property tests, with random content and users, so that every combination occurs.
struct HostGenerator {
    private var random: SplitMix
    let now = Timestamp(nanoseconds: 1_800_000_000_000_000_000)

    init(seed: UInt64) {
        random = SplitMix(seed: seed)
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    mutating func host(images count: Int? = nil) -> Inventory {
        var host = Inventory(now: now)
        let images = count ?? number(0...40)
        host.apps = (0..<number(0...4)).map { app(Self.appNames[$0], images: images) }
        host.images = (0..<images).map { image($0, host.apps) }
        let volumes = number(0...12)
        host.containers = (0..<number(0...10)).map { container($0, images: images, volumes: volumes) }
        host.volumes = (0..<volumes).map {
            Inventory.Volume(name: volume($0), isAnonymous: chance(50), size: chance(80) ? 1000 : nil)
        }
        host.buildCache = (0..<number(0...5)).map { index in
            Inventory.CacheEntry(
                id: CacheID(rawValue: "\(index)"),
                size: 100,
                isInUse: chance(20),
                lastUsed: chance(80) ? time() : nil
            )
        }
        if chance(10) {
            host.mentioned = nil
        } else if chance(50) {
            host.mentioned = [volume(number(0...12)): Self.appNames[0]]
        }
        return host
    }

    /// The app names; a host has some of them.
    private static let appNames = (0...4).compactMap { AppName("app\($0)") }

    private func id(_ index: Int) -> ImageID { ImageID(rawValue: "sha256:\(index)") }

    private func volume(_ index: Int) -> VolumeName { VolumeName(rawValue: "volume\(index)") }

    private mutating func app(_ name: AppName, images: Int) -> Inventory.App {
        let releases = (1...number(1...8)).map { number in
            Inventory.Release(
                number: number,
                images: Set((0..<self.number(0...3)).map { _ in id(self.number(0...max(images, 1))) }),
                standing: [.kept, .underWay, .superseded, .superseded][self.number(0...3)],
                received: time()
            )
        }
        return Inventory.App(name: name, releases: releases, isComplete: chance(90))
    }

    private mutating func image(_ index: Int, _ apps: [Inventory.App]) -> Inventory.Image {
        var names: [ImageReference] = chance(60) ? [ImageReference(rawValue: "registry/app:\(index)")] : []
        if chance(40) {
            names.append(PinTag.reference(app: Self.appNames[number(0...4)], use: "backend", number: number(1...9)))
        }
        return Inventory.Image(
            id: id(index),
            names: names,
            hasDigest: chance(70),
            created: chance(90) ? time() : nil,
            arrived: chance(80) ? time() : nil,
            size: Int64(number(0...2000)),
            sharedSize: Int64(number(0...2000))
        )
    }

    private mutating func container(_ index: Int, images: Int, volumes: Int) -> Inventory.Container {
        Inventory.Container(
            name: "container\(index)",
            imageID: id(number(0...max(images, 1))),
            image: chance(50) ? "registry/app:\(number(0...max(images, 1)))" : "",
            isRunning: chance(50),
            volumes: (0..<number(0...2)).map { _ in volume(number(0...max(volumes, 1))) }
        )
    }

    /// A moment in the last two days, often in the last hour.
    private mutating func time() -> Timestamp { now + .seconds(-(chance(30) ? number(0...3700) : number(0...172_800))) }

    /// One filesystem, one for the Engine, or two for the Engine.
    mutating func usage() -> Usage {
        switch number(0...2) {
        case 0: Usage([filesystem("/", [.images, .volumes])])
        case 1: Usage([filesystem("/", []), filesystem("/var/lib/docker", [.images, .volumes])])
        default:
            Usage([
                filesystem("/", []), filesystem("/var/lib/containerd", [.images]),
                filesystem("/var/lib/docker", [.volumes]),
            ])
        }
    }

    private mutating func filesystem(_ path: String, _ holds: Set<Filesystem.Content>) -> Filesystem {
        let used = Int64(number(0...10_000))
        let inodes = Int64(number(0...1000))
        return Filesystem(
            path: path,
            holds: holds,
            space: Filesystem.Amount(used: used, available: 10_000 - used),
            inodes: chance(50) ? Filesystem.Amount(used: inodes, available: 1000 - inodes) : nil
        )
    }

    mutating func settings() -> DiskSettings {
        var settings = DiskSettings()
        settings.guard = number(1...100)
        settings.target = number(0...settings.guard - 1)
        settings.volumes = chance(50) ? .anonymous : .keep
        return settings
    }
}
