import Docker

extension DiskGuard {
    /// The only place from which anything is removed from the host's disk to make room.
    ///
    /// - Throws: where it is not gone, which is nothing to end a deployment for.
    func remove(_ subject: Subject) async throws {
        switch subject {
        case .image(let id, let names): try await removeImage(ImageID(rawValue: id), named: names)
        case .buildCache:
            guard try await engine.pruneBuildCache(unusedFor: Inventory.CacheEntry.idleTime) > 0 else {
                throw Failure("the Engine removed nothing", hint: "see docker system df --verbose")
            }
        case .volume(let name): try await engine.removeVolume(VolumeName(rawValue: name))
        }
    }

    /// Takes an image's names away one by one, and the image with the last: the Engine refuses that where a container has come
    /// to need it.
    private func removeImage(_ id: ImageID, named names: [String]) async throws {
        guard let image = try await image(id) else { return }
        // Time has passed since the plan was made.
        guard Set(image.repoTags.map(\.rawValue)) == Set(names) else {
            throw Failure("its names have changed meanwhile", hint: "the next prune sees it anew")
        }
        guard try await !engine.containers().contains(where: { $0.imageID == id }) else {
            throw Failure("a container has come to use it", hint: "the next prune sees it anew")
        }
        // What berth calls it goes first, so that one which has to stay after all keeps the name that people know.
        let tags = KeepTag.first(names)
        for name in tags.isEmpty ? image.repoDigests.map(\.rawValue) : tags { try await removeName(name) }
        // One that has digests of other repositories too, or neither tag nor digest.
        guard let rest = try await self.image(id) else { return }
        guard rest.repoTags.isEmpty else {
            throw Failure("it has got another name meanwhile", hint: "the next prune sees it anew")
        }
        try await engine.removeImage(id.rawValue)
    }

    private func removeName(_ name: String) async throws(EngineError) {
        do throws(EngineError) {
            try await engine.removeImage(name)
        } catch {
            // It went along with another name.
            guard error.isNotFound else { throw error }
        }
    }

    private func image(_ id: ImageID) async throws(EngineError) -> Image? {
        do throws(EngineError) {
            return try await engine.image(id.rawValue)
        } catch {
            guard error.isNotFound else { throw error }
            return nil
        }
    }
}
