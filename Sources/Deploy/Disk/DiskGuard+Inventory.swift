import Docker
import DockerModel
import Linux
import Rules
import SystemPackage

extension DiskGuard {
    /// Reads what the Engine has beside these images, and who needs it.
    ///
    /// For dangling images alone it leaves out what takes long and cannot matter.
    func inventory(_ extent: Extent, _ images: [ImageSummary], _ sightings: Sightings) async throws -> Inventory {
        let isWhole = extent != .dangling
        let records = try await records()
        var inventory = Inventory(now: Timestamp.now.sinceEpoch)
        inventory.apps = records.map { Inventory.App($0, $1, settings.apps[$0]) }
        let volumes = isWhole ? try await engine.volumes() : []
        // After the images, the records and the volumes: a container that is made meanwhile is seen.
        inventory.containers = try await engine.containers().map(Inventory.Container.init)
        guard isWhole else {
            inventory.images = images.map { Inventory.Image($0) }
            return inventory
        }
        inventory.images = try await dated(images, sightings, inventory)
        // An old Engine measures one at a time, and refuses another; then it stays.
        inventory.buildCache = ((try? await engine.buildCache()) ?? []).map(Inventory.CacheEntry.init)
        let unused = volumes.filter(\.isAnonymous).map(\.name.rawValue)
        var sizes: [VolumeName: Int64] = [:]
        if settings.disk.volumes == .anonymous, !Set(unused).isSubset(of: inventory.containers.flatMap(\.volumes)) {
            inventory.mentioned = await mentions(records)
            sizes = (try? await engine.volumeSizes()) ?? [:]
        }
        inventory.volumes = volumes.map { volume in
            Inventory.Volume(
                name: volume.name.rawValue,
                isAnonymous: volume.isAnonymous,
                size: sizes[volume.name]
            )
        }
        return inventory
    }

    /// The records of every app that has any on this host.
    private func records() async throws(StoreError) -> [AppName: Records] {
        var all: [AppName: Records] = [:]
        for name in try Store.apps(in: context.state) {
            let known = try? Store(app: name, state: context.state).records()
            all[name] = Records(all: known?.records ?? [], isComplete: known?.unreadable.isEmpty ?? false)
            // There may be thousands, and the same thread listens for the health of other apps.
            await Task.yield()
        }
        return all
    }

    /// Finds out since when images are on this host, where that may decide: the Engine tells it of what was built or tagged, and
    /// with the containerd image store of what was pulled.
    private func dated(
        _ images: [ImageSummary],
        _ sightings: Sightings,
        _ inventory: Inventory
    ) async throws(EngineError) -> [Inventory.Image] {
        let used = Set(inventory.containers.map(\.imageID))
        let recorded = Set(inventory.apps.flatMap { $0.releases.flatMap(\.images) })
        var dated: [Inventory.Image] = []
        for image in images {
            let id = image.id.rawValue
            guard !image.repoTags.isEmpty, !used.contains(id), !recorded.contains(id) else {
                dated.append(Inventory.Image(image))
                continue
            }
            // One that is no longer there has gone meanwhile.
            guard let whole = try await self.image(id) else { continue }
            dated.append(Inventory.Image(image, arrived: whole.lastTagged?.sinceEpoch ?? sightings[id]))
        }
        return dated
    }
}

extension Inventory.Image {
    init(_ image: ImageSummary, arrived: Duration? = nil) {
        self.init(
            id: image.id.rawValue,
            names: image.repoTags.map(\.rawValue),
            hasDigest: !image.repoDigests.isEmpty,
            created: image.created?.sinceEpoch,
            arrived: arrived,
            size: image.size,
            sharedSize: image.sharedSize ?? 0
        )
    }
}

extension Inventory.Container {
    init(_ container: ContainerSummary) {
        self.init(
            name: container.name,
            imageID: container.imageID.rawValue,
            image: container.image,
            isRunning: container.status == .running,
            volumes: container.mounts.filter { $0.type == "volume" }.compactMap(\.name)
        )
    }
}

extension Inventory.CacheEntry {
    init(_ entry: Docker.CacheEntry) {
        // What the builder itself needs, no prune removes.
        let isBuilders = entry.type == "internal" || entry.type == "frontend"
        self.init(
            id: entry.id.rawValue,
            size: entry.size,
            isInUse: entry.isInUse || entry.isShared || isBuilders,
            lastUsed: (entry.lastUsed ?? entry.created)?.sinceEpoch
        )
    }
}
