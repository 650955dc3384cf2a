// Pure: values in, values out.

/// In which order things go: a tier after the other, and within a tier the oldest first.
struct Rank: Comparable {
    enum Tier: Int, Comparable {
        case dangling, superseded, buildCache, unused
        /// No registry has it, hence it could not be pulled again.
        case unusedAndLocal
        case volume

        static func < (one: Tier, other: Tier) -> Bool { one.rawValue < other.rawValue }
    }

    let tier: Tier
    /// Since 1970.
    let time: Duration
    /// Makes the order the same each time.
    let name: String

    static func < (one: Rank, other: Rank) -> Bool {
        (one.tier, one.time, one.name) < (other.tier, other.time, other.name)
    }
}

/// Whether one thing may go.
struct Judgement {
    enum Fate {
        case stays(Kept.Reason)
        case mayGo(Removal.Reason, Rank)
    }

    let subject: Subject
    let fate: Fate
    /// How large it is.
    let bytes: Int64?
    /// What its removal frees.
    let frees: Int64?

    var keepReason: Kept.Reason? {
        if case .stays(let reason) = fate { reason } else { nil }
    }
}

/// Says of each thing in an inventory whether it may go at all.
struct Judge {
    private let inventory: Inventory
    private let settings: DiskSettings
    private var usersByImage: [String: Inventory.Container] = [:]
    private var usersByVolume: [String: Inventory.Container] = [:]
    /// The apps and releases that an image belongs to.
    private var releases: [String: [(app: Inventory.App, release: Inventory.Release)]] = [:]
    private var apps: [String: Inventory.App] = [:]

    init(_ inventory: Inventory, _ settings: DiskSettings) {
        self.inventory = inventory
        self.settings = settings
        for container in inventory.containers {
            usersByImage[container.imageID] = container
            usersByImage[container.image] = container
            for volume in container.volumes { usersByVolume[volume] = container }
        }
        for app in inventory.apps {
            apps[app.name] = app
            for release in app.releases {
                for image in release.images { releases[image, default: []].append((app, release)) }
            }
        }
    }

    /// In the order of the inventory.
    var judgements: [Judgement] {
        inventory.images.map(judge) + buildCache + inventory.volumes.map(judge)
    }

    // MARK: - Images

    private func judge(_ image: Inventory.Image) -> Judgement {
        Judgement(
            subject: .image(id: image.id, names: image.names),
            fate: reasonToKeep(image).map(Judgement.Fate.stays) ?? fate(of: image),
            bytes: image.size,
            frees: max(0, image.size - image.sharedSize)
        )
    }

    /// What holds whatever else is known of an image.
    private func reasonToKeep(_ image: Inventory.Image) -> Kept.Reason? {
        for name in [image.id] + image.names {
            if let user = usersByImage[name] { return .usedBy(container: user.name, isRunning: user.isRunning) }
        }
        let releases = releases[image.id] ?? []
        for (app, release) in releases where release.standing != .superseded {
            return .release(app: app.name, number: release.number, isUnderWay: release.standing == .underWay)
        }
        for (app, number) in image.names.compactMap(KeepTag.parse) {
            guard let app = apps[app], app.isCertain, !app.releases.isEmpty else { return .unknown(app: app) }
            let release = app.releases.first { $0.number == number }
            if let release, release.standing != .superseded {
                return .release(app: app.name, number: number, isUnderWay: release.standing == .underWay)
            }
        }
        if inventory.needed.contains(image.id) { return .needed }
        for (app, _) in releases {
            if !app.isCertain { return .unknown(app: app.name) }
            if app.isPreparing { return .preparing(app: app.name) }
        }
        return nil
    }

    /// What becomes of an image that nothing needs.
    private func fate(of image: Inventory.Image) -> Judgement.Fate {
        if image.names.isEmpty {
            return .mayGo(.dangling, Rank(tier: .dangling, time: image.created ?? .zero, name: image.id))
        }
        if let (app, release) = (releases[image.id] ?? []).max(by: { $0.release.received < $1.release.received }) {
            let rank = Rank(tier: .superseded, time: release.received, name: image.id)
            return .mayGo(.superseded(app: app.name, number: release.number), rank)
        }
        if let (app, number) = image.names.lazy.compactMap(KeepTag.parse).first {
            // Of a deployment that ended before its images were on record.
            let rank = Rank(tier: .superseded, time: image.created ?? .zero, name: image.id)
            return .mayGo(.superseded(app: app, number: number), rank)
        }
        if let app = inventory.apps.first(where: \.isPreparing) { return .stays(.preparing(app: app.name)) }
        let times = [image.created, image.lastTagged].compactMap { $0 }
        guard let newest = times.max(), inventory.now - newest >= .seconds(60 * 60) else { return .stays(.young) }
        let tier = image.isInRegistry ? Rank.Tier.unused : .unusedAndLocal
        return .mayGo(.unused, Rank(tier: tier, time: newest, name: image.id))
    }

    // MARK: - The build cache

    /// It goes as one, or not at all.
    private var buildCache: [Judgement] {
        let isOld = { (entry: Inventory.CacheEntry) -> Bool in
            guard !entry.isInUse, let lastUsed = entry.lastUsed else { return false }
            return inventory.now - lastUsed >= .seconds(24 * 60 * 60)
        }
        let old = inventory.buildCache.filter(isOld)
        let young = inventory.buildCache.filter { !isOld($0) }
        let rank = Rank(tier: .buildCache, time: .zero, name: "")
        return [(old, Judgement.Fate.mayGo(.unusedForADay, rank)), (young, .stays(.usedWithinADay))]
            .filter { !$0.0.isEmpty }
            .map { entries, fate in
                let bytes = entries.reduce(0) { $0 + $1.size }
                return Judgement(
                    subject: .buildCache(entries.map(\.id).sorted()),
                    fate: fate,
                    bytes: bytes,
                    frees: bytes
                )
            }
    }

    // MARK: - Volumes

    private func judge(_ volume: Inventory.Volume) -> Judgement {
        let rank = Rank(tier: .volume, time: .zero, name: volume.name)
        return Judgement(
            subject: .volume(volume.name),
            fate: reasonToKeep(volume).map(Judgement.Fate.stays) ?? .mayGo(.unreferenced, rank),
            bytes: volume.size,
            frees: volume.size
        )
    }

    private func reasonToKeep(_ volume: Inventory.Volume) -> Kept.Reason? {
        if let user = usersByVolume[volume.name] { return .usedBy(container: user.name, isRunning: user.isRunning) }
        guard volume.isAnonymous else { return .named }
        guard settings.volumes == .anonymous else { return .volumesStay }
        guard let declared = inventory.declared else { return .undeclarable }
        return declared[volume.name].map { .declared(app: $0) }
    }
}
