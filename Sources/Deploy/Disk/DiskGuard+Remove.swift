import Docker
import DockerModel
import Rules

extension DiskGuard {
    /// Removes one thing to make room; no other code does.
    ///
    /// - Returns: false if the Engine found that it is still needed.
    /// - Throws: if it could not be removed.
    func remove(_ subject: Subject) async throws -> Bool {
        switch subject {
        case .image(let id, let names): try await removeImage(id, named: names)
        case .buildCache: return try await session.pruneBuildCache(unusedFor: Inventory.CacheEntry.idleTime)
        case .volume(let name): try await session.removeVolume(name)
        }
        return true
    }

    /// Removes an image's names one by one, and with the last one the image; the Engine refuses that if a container
    /// needs the image by now.
    private func removeImage(_ id: ImageID, named names: [ImageReference]) async throws {
        guard let image = try await image(id.rawValue) else { return }
        // The host may have changed since the plan.
        guard Set(image.repoTags) == Set(names) else {
            throw Failure(.inUse, "", "its names have changed", hint: "the next prune considers it again")
        }
        let all = Set(names + image.repoDigests)
        guard try await !session.containers().contains(where: { $0.imageID == id || $0.mounts(all) }) else {
            throw Failure(.inUse, "", "a container uses it now", hint: "the next prune considers it again")
        }
        // berth's own names first, so that an image that has to stay after all keeps the name that people know.
        do throws(EngineError) {
            for name in PinTag.first(names) { try await removeName(name.rawValue) }
        } catch {
            // A container may have begun to use it.
            try await giveBack(names, to: id)
            throw error
        }
        guard let rest = try await self.image(id.rawValue) else { return }
        guard rest.repoTags.isEmpty else {
            try await giveBack(names, to: id)
            throw Failure(.inUse, "", "it has a new name now", hint: "the next prune considers it again")
        }
        for digest in rest.repoDigests { try await removeName(digest.rawValue) }
        if rest.repoDigests.isEmpty { try await session.removeImage(id.rawValue) }
    }

    /// Restores the names that an image has lost, except those that another image has by now.
    private func giveBack(_ names: [ImageReference], to id: ImageID) async throws(EngineError) {
        for name in names where try await image(name.rawValue) == nil {
            try await session.tag(id, as: name)
        }
    }

    private func removeName(_ name: String) async throws(EngineError) {
        do throws(EngineError) {
            try await session.removeImage(name)
        } catch {
            // It was removed along with another name.
            guard error.isNotFound else { throw error }
        }
    }

    /// An image by its name or ID; nil if it does not exist.
    func image(_ name: String) async throws(EngineError) -> Image? {
        do throws(EngineError) {
            return try await session.image(name)
        } catch {
            guard error.isNotFound else { throw error }
            return nil
        }
    }
}

extension ContainerSummary {
    /// Whether it mounts an image of one of these names.
    fileprivate func mounts(_ names: Set<ImageReference>) -> Bool {
        mountedImages.contains { names.contains($0.tagged) }
    }
}
