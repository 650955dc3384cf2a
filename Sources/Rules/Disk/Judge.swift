import DockerModel

/// Whether one thing may be removed.
struct Judgement {
    enum Fate {
        case stays(Kept.Reason)
        /// Within a tier, the thing with the earliest `since` is removed first.
        case mayGo(Removal.Reason, since: Timestamp)
    }

    let subject: Subject
    /// Makes the order of a plan deterministic.
    let key: String
    let fate: Fate
    let size: Int64?
    /// The bytes that its removal frees.
    let frees: Int64?
}

/// Decides for each thing in an inventory whether it may be removed at all.
struct Judge {
    private let inventory: Inventory
    private let settings: DiskSettings
    private var usersByImage: [ImageID: Inventory.Container] = [:]
    /// By the name or ID of the image when the container was created.
    private var usersByName: [String: Inventory.Container] = [:]
    private var usersByVolume: [VolumeName: Inventory.Container] = [:]
    private typealias Membership = (app: Inventory.App, release: Inventory.Release, since: Timestamp)
    private typealias Pin = (app: AppName, number: Int)
    /// The apps and releases that an image belongs to.
    private var releases: [ImageID: [Membership]] = [:]
    private var apps: [AppName: Inventory.App] = [:]
    /// The releases of each app that stay, by their numbers.
    private var kept: [AppName: [Int: Inventory.Release]] = [:]

    init(_ inventory: Inventory, _ settings: DiskSettings) {
        self.inventory = inventory
        self.settings = settings
        for container in inventory.containers {
            usersByImage[container.imageID] = container
            usersByName[container.image] = container
            for image in container.mounted { usersByName[image.tagged.rawValue] = container }
            for volume in container.volumes { usersByVolume[volume] = container }
        }
        for app in inventory.apps {
            apps[app.name] = app
            let standing = app.releases.filter { $0.standing != .superseded }.map { ($0.number, $0) }
            kept[app.name] = Dictionary(standing) { one, _ in one }
            for (release, since) in app.inOrder {
                for image in release.images { releases[image, default: []].append((app, release, since)) }
            }
        }
    }

    var judgements: [Judgement] {
        inventory.images.map(judge) + buildCache + inventory.volumes.map(judge)
    }

    // MARK: - Images

    private func judge(_ image: Inventory.Image) -> Judgement {
        let releases = releases[image.id] ?? []
        let pins = image.names.compactMap(PinTag.parse)
        return Judgement(
            subject: .image(id: image.id, names: image.names),
            key: image.id.rawValue,
            fate: reasonToKeep(image, releases, pins).map(Judgement.Fate.stays) ?? fate(of: image, releases, pins),
            size: image.size,
            frees: max(0, image.size - image.sharedSize)
        )
    }

    /// The reasons that keep an image whatever the settings.
    private func reasonToKeep(_ image: Inventory.Image, _ releases: [Membership], _ pins: [Pin]) -> Kept.Reason? {
        if let user = usersByImage[image.id] ?? usersByName[image.id.rawValue] {
            return .usedBy(container: user.name, isRunning: user.isRunning)
        }
        for name in image.names + image.digests {
            if let user = usersByName[name.rawValue] { return .usedBy(container: user.name, isRunning: user.isRunning) }
        }
        for (app, release, _) in releases {
            if let reason = reasonToKeep(release, of: app) { return reason }
        }
        for (name, number) in pins {
            guard let app = apps[name], app.isComplete, !app.releases.isEmpty else { return .unknown(app: name) }
            if let release = kept[name]?[number], let reason = reasonToKeep(release, of: app) { return reason }
        }
        return releases.first { !$0.app.isComplete }.map { .unknown(app: $0.app.name) }
    }

    private func reasonToKeep(_ release: Inventory.Release, of app: Inventory.App) -> Kept.Reason? {
        switch release.standing {
        case .superseded: nil
        case .kept: .release(app: app.name, number: release.number, isUnderWay: false)
        case .underWay: .release(app: app.name, number: release.number, isUnderWay: true)
        }
    }

    /// The fate of an image that nothing needs.
    private func fate(of image: Inventory.Image, _ releases: [Membership], _ pins: [Pin]) -> Judgement.Fate {
        let built = image.created ?? .longAgo
        if image.names.isEmpty { return .mayGo(.dangling, since: built) }
        if let (app, release, since) = releases.max(by: { $0.since < $1.since }) {
            return .mayGo(.superseded(app: app.name, number: release.number), since: since)
        }
        if let (app, number) = pins.first {
            // The deployment ended before its images were on record.
            return .mayGo(.superseded(app: app, number: number), since: built)
        }
        guard let arrived = image.arrived else { return .stays(.young) }
        let newest = max(built, arrived)
        guard inventory.now - newest >= .seconds(60 * 60) else { return .stays(.young) }
        return .mayGo(.unused(isLocal: !image.hasDigest), since: newest)
    }

    // MARK: - The build cache

    /// All idle entries form one removal.
    private var buildCache: [Judgement] {
        let old = inventory.buildCache.filter(isIdle)
        let young = inventory.buildCache.filter { !isIdle($0) }
        return [judge(old, .mayGo(.unusedForADay, since: .longAgo)), judge(young, .stays(.cacheInUse))].compactMap {
            $0
        }
    }

    private func isIdle(_ entry: Inventory.CacheEntry) -> Bool {
        guard !entry.isInUse, let lastUsed = entry.lastUsed else { return false }
        return inventory.now - lastUsed >= Inventory.CacheEntry.idleTime
    }

    private func judge(_ entries: [Inventory.CacheEntry], _ fate: Judgement.Fate) -> Judgement? {
        guard !entries.isEmpty else { return nil }
        let size = entries.map(\.size).sum()
        return Judgement(subject: .buildCache(entries.map(\.id).sorted()), key: "", fate: fate, size: size, frees: size)
    }

    // MARK: - Volumes

    private func judge(_ volume: Inventory.Volume) -> Judgement {
        Judgement(
            subject: .volume(volume.name),
            key: volume.name.rawValue,
            fate: reasonToKeep(volume).map(Judgement.Fate.stays) ?? .mayGo(.unreferenced, since: .longAgo),
            size: volume.size,
            frees: volume.size
        )
    }

    private func reasonToKeep(_ volume: Inventory.Volume) -> Kept.Reason? {
        if let user = usersByVolume[volume.name] { return .usedBy(container: user.name, isRunning: user.isRunning) }
        guard volume.isAnonymous else { return .named }
        guard settings.volumes == .anonymous else { return .volumesStay }
        guard let mentioned = inventory.mentioned else { return .composeUnreadable }
        return mentioned[volume.name].map { .mentioned(app: $0) }
    }
}

extension Inventory.App {
    /// Its releases by their numbers, each with a time that is later than those before it: the clock may have been set back.
    fileprivate var inOrder: [(release: Inventory.Release, since: Timestamp)] {
        var last: Timestamp?
        return releases.sorted { $0.number < $1.number }.map { release in
            let since = last.map { max(release.received, $0 + .nanoseconds(1)) } ?? release.received
            last = since
            return (release, since)
        }
    }
}

extension Timestamp {
    /// For things of unknown age: they are removed first.
    fileprivate static var longAgo: Timestamp { Timestamp(nanoseconds: 0) }
}
