import Docker
import DockerModel
import Rules
import SystemPackage

extension DiskGuard {
    /// Reads what the Engine has besides these images, and what needs it.
    ///
    /// For dangling images only, it skips slow requests that cannot matter.
    func inventory(_ extent: Extent, _ images: [ImageSummary], _ sightings: Sightings) async throws -> Inventory {
        let isWhole = extent != .dangling
        let histories = try await histories()
        var inventory = Inventory(now: .now)
        inventory.apps = histories.map { Inventory.App($0, $1, keep: settings.apps[$0]?.keep) }
        let volumes = isWhole ? try await session.volumes() : []
        // Read after images, records and volumes, so that a container created meanwhile is seen.
        inventory.containers = try await session.containers().map(Inventory.Container.init)
        guard isWhole else {
            inventory.images = images.map { Inventory.Image($0) }
            return inventory
        }
        inventory.images = try await dated(images, sightings, inventory)
        // An old Engine refuses a second measurement at the same time; the cache then stays.
        inventory.buildCache = ((try? await session.buildCache()) ?? []).map(Inventory.CacheEntry.init)
        let unused = volumes.filter(\.isAnonymous).map(\.name)
        var sizes: [VolumeName: Int64] = [:]
        if settings.disk.volumes == .anonymous, !Set(unused).isSubset(of: inventory.containers.flatMap(\.volumes)) {
            inventory.mentioned = await mentions(histories)
            sizes = (try? await session.volumeSizes()) ?? [:]
        }
        inventory.volumes = volumes.map { volume in
            Inventory.Volume(
                name: volume.name,
                isAnonymous: volume.isAnonymous,
                size: sizes[volume.name]
            )
        }
        return inventory
    }

    /// Finds out when images arrived on this host, if that may matter. The Engine knows it for images that were built
    /// or tagged here and, with the containerd image store, for pulled images.
    private func dated(
        _ images: [ImageSummary],
        _ sightings: Sightings,
        _ inventory: Inventory
    ) async throws(EngineError) -> [Inventory.Image] {
        let used = Set(inventory.containers.map(\.imageID))
        let recorded = Set(inventory.apps.flatMap { $0.releases.flatMap(\.images) })
        var dated: [Inventory.Image] = []
        for image in images {
            let id = image.id
            guard !image.repoTags.isEmpty, !used.contains(id), !recorded.contains(id) else {
                dated.append(Inventory.Image(image))
                continue
            }
            // An image that is not found was removed meanwhile.
            guard let whole = try await self.image(id.rawValue) else { continue }
            // An image of unknown origin counts as one that can be pulled again.
            let isPulled = image.names.isFromRegistry == nil ? try? await session.isPulled(id) : nil
            dated.append(Inventory.Image(image, arrived: whole.lastTagged ?? sightings[id], isPulled: isPulled))
        }
        return dated
    }
}
