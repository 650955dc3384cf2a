import Docker
import Logging

extension DiskGuard {
    /// Reads what the Engine has and who needs it.
    ///
    /// For dangling images alone it leaves out what takes long and cannot matter.
    func inventory(_ extent: Extent) async throws -> Inventory {
        let isWhole = extent != .dangling
        var inventory = Inventory(now: Timestamp.now.sinceEpoch)
        // Containers last: one that is made meanwhile is seen, and its image was too.
        let images = try await engine.images(sharedSize: isWhole)
        inventory.apps = try await apps()
        inventory.needed = try await needed()
        let volumes = isWhole ? try await engine.volumes() : []
        if isWhole { inventory.buildCache = try await engine.buildCache().map(Inventory.CacheEntry.init) }
        inventory.containers = try await engine.containers().map(Inventory.Container.init)
        inventory.images = try await isWhole ? dated(images, inventory) : images.map { Inventory.Image($0) }
        let unused = unusedAnonymous(volumes, inventory)
        if isWhole, settings.disk.volumes == .anonymous, !unused.isEmpty {
            inventory.declared = await declarations(of: unused)
            let sizes = try? await engine.volumeSizes()
            inventory.volumes = volumes.map { Inventory.Volume($0, size: sizes?[$0.name]) }
        } else {
            inventory.volumes = volumes.map { Inventory.Volume($0, size: nil) }
        }
        return inventory
    }

    /// What the records of every app on the host say.
    private func apps() async throws(StoreError) -> [Inventory.App] {
        var apps: [Inventory.App] = []
        for name in try Store.apps(in: context.state) {
            let served = settings.apps[name]
            let known = try? Store(app: name, state: context.state).records()
            apps.append(
                Inventory.App(
                    name,
                    known?.records ?? [],
                    isCertain: known?.unreadable.isEmpty ?? false,
                    keep: served?.keep ?? AppSettings.defaultKeep,
                    isServed: served != nil,
                    own: own?.app == name ? own?.number : nil
                )
            )
            // There may be thousands, and the same thread listens for the health of other apps.
            await Task.yield()
        }
        return apps
    }

    /// The images that the references of the deployment that asks stand for now.
    private func needed() async throws(EngineError) -> Set<String> {
        var needed: Set<String> = []
        for reference in own?.images ?? [] {
            do throws(EngineError) {
                needed.insert(try await engine.image(reference.rawValue).id.rawValue)
            } catch {
                guard error.isNotFound else { throw error }
            }
        }
        return needed
    }

    /// Finds out when images were named on this host, where that may decide.
    private func dated(_ images: [ImageSummary], _ inventory: Inventory) async throws(EngineError) -> [Inventory.Image]
    {
        let used = Set(inventory.containers.map(\.imageID))
        let recorded = Set(inventory.apps.flatMap { $0.releases.flatMap(\.images) })
        var dated: [Inventory.Image] = []
        for image in images {
            let id = image.id.rawValue
            guard !image.repoTags.isEmpty, !used.contains(id), !recorded.contains(id) else {
                dated.append(Inventory.Image(image))
                continue
            }
            do throws(EngineError) {
                dated.append(Inventory.Image(image, lastTagged: try await engine.image(id).lastTagged))
            } catch {
                // It has gone meanwhile.
                guard error.isNotFound else { throw error }
            }
        }
        return dated
    }

    private func unusedAnonymous(_ volumes: [Volume], _ inventory: Inventory) -> Set<String> {
        let used = inventory.containers.flatMap(\.volumes)
        return Set(volumes.filter(\.isAnonymous).map(\.name.rawValue)).subtracting(used)
    }
}

extension Inventory.Image {
    init(_ image: ImageSummary, lastTagged: Timestamp? = nil) {
        self.init(
            id: image.id.rawValue,
            names: image.repoTags.map(\.rawValue),
            isInRegistry: !image.repoDigests.isEmpty,
            created: image.created?.sinceEpoch,
            lastTagged: lastTagged?.sinceEpoch,
            size: image.size,
            sharedSize: image.sharedSize ?? 0
        )
    }
}

extension Inventory.Container {
    init(_ container: ContainerSummary) {
        self.init(
            name: container.names.first ?? container.id.rawValue,
            imageID: container.imageID.rawValue,
            image: container.image,
            isRunning: container.status == .running,
            volumes: container.mounts.filter { $0.type == "volume" }.compactMap(\.name)
        )
    }
}

extension Inventory.CacheEntry {
    init(_ entry: Docker.CacheEntry) {
        self.init(
            id: entry.id.rawValue,
            size: entry.size,
            isInUse: entry.isInUse || entry.isShared,
            lastUsed: (entry.lastUsed ?? entry.created)?.sinceEpoch
        )
    }
}

extension Inventory.Volume {
    init(_ volume: Docker.Volume, size: Int64?) {
        self.init(name: volume.name.rawValue, isAnonymous: volume.isAnonymous, size: size)
    }
}
