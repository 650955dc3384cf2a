import Docker
import DockerModel
import Rules

extension DiskGuard {
    /// The only place from which anything is removed from the host's disk to make room.
    ///
    /// - Returns: false where the Engine has found that it is still needed.
    /// - Throws: where it could not be removed.
    func remove(_ subject: Subject) async throws -> Bool {
        switch subject {
        case .image(let id, let names): try await removeImage(id, named: names)
        case .buildCache: return try await session.pruneBuildCache(unusedFor: Inventory.CacheEntry.idleTime)
        case .volume(let name): try await session.removeVolume(name)
        }
        return true
    }

    /// Takes an image's names away one by one, and the image with the last: the Engine refuses that where a container has come
    /// to need it.
    private func removeImage(_ id: ImageID, named names: [ImageReference]) async throws {
        guard let image = try await image(id.rawValue) else { return }
        // Time has passed since the plan was made.
        guard Set(image.repoTags) == Set(names) else {
            throw Failure(.inUse, "", "its names have changed meanwhile", hint: "the next prune sees it anew")
        }
        guard try await !session.containers().contains(where: { $0.imageID == id }) else {
            throw Failure(.inUse, "", "a container has come to use it", hint: "the next prune sees it anew")
        }
        // What berth calls it goes first, so that one which has to stay after all keeps the name that people know.
        for name in PinTag.first(names) { try await removeName(name.rawValue) }
        guard let rest = try await self.image(id.rawValue) else { return }
        guard rest.repoTags.isEmpty else {
            try await giveBack(names, to: id)
            throw Failure(.inUse, "", "it has got another name meanwhile", hint: "the next prune sees it anew")
        }
        for digest in rest.repoDigests { try await removeName(digest.rawValue) }
        if rest.repoDigests.isEmpty { try await session.removeImage(id.rawValue) }
    }

    /// Gives an image the names again that it has lost and that nobody has given to another one.
    private func giveBack(_ names: [ImageReference], to id: ImageID) async throws(EngineError) {
        for name in names where try await image(name.rawValue) == nil {
            try await session.tag(id, as: name)
        }
    }

    private func removeName(_ name: String) async throws(EngineError) {
        do throws(EngineError) {
            try await session.removeImage(name)
        } catch {
            // It went along with another name.
            guard error.isNotFound else { throw error }
        }
    }

    /// An image by its name or ID; nil where there is none.
    func image(_ name: String) async throws(EngineError) -> Image? {
        do throws(EngineError) {
            return try await session.image(name)
        } catch {
            guard error.isNotFound else { throw error }
            return nil
        }
    }
}
