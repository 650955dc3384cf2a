import Docker
import DockerModel
import Linux
import Logging
import Rules

extension Deployment {
    /// Names the images that are on the host already and that the release may be made of, before a prune can take them for
    /// unused: a pull brings those that a registry has, but not what was built on the host.
    func keepWhatIsThere(_ target: Target) async throws(EngineError) {
        for service in target.model.services.keys {
            do throws(EngineError) {
                let image = try await target.engine.image(target.reference(service).rawValue)
                try await target.engine.tag(image.id, as: keepTag(service))
            } catch {
                // It is not there, or no image can have that name, of which the pull will complain.
                guard case .refused(_, status: 400..<500, _) = error else { throw error }
            }
        }
    }

    /// Lets go of the images that are kept for no release any more: of bad ones, and of good ones beyond the app's `keep`.
    ///
    /// Only berth's own name of an image goes, and the image where it has no other; one that has another name, or a container,
    /// stays. With a record that cannot be read, everything stays.
    func letGo(_ engine: Engine) async {
        deadline = context.clock.now.advanced(by: Phase.settle.limit)
        do {
            let tags = try await tagsToLetGo(engine)
            guard !tags.isEmpty, let disk = await diskGuard(engine) else { return }
            let end = context.clock.now.advanced(by: DiskGuard.limit)
            // Left out while any app pulls, like every removal of images.
            _ = try await context.imageLock.prune {
                for tag in tags where context.clock.now < end { try await letGo(tag, engine) }
                // What now has nothing but a registry's digest.
                _ = try await disk.prune(.dangling)
            }
        } catch {
            log.warning("\(name): images that are no longer kept could not be let go: \(Failure(error).problem)")
        }
    }

    private func tagsToLetGo(_ engine: Engine) async throws -> [ImageReference] {
        let releases = try releases()
        guard releases.isComplete else { return [] }
        // One without a verdict is under way, or its verdict could not be saved: nobody knows what becomes of it.
        let kept = releases.kept(app.keep).union(releases.undecided)
        return try await engine.images().flatMap(\.repoTags).filter { tag in
            guard let (app, number) = KeepTag.parse(tag.rawValue), app == "\(record.app)" else { return false }
            return !kept.contains(number)
        }
    }

    private func letGo(_ tag: ImageReference, _ engine: Engine) async throws(EngineError) {
        do throws(EngineError) {
            try await engine.removeImage(tag.rawValue)
        } catch {
            guard !error.isOutage else { throw error }
            // A container still needs the image, and this is its last name.
            log.debug("\(name): \(tag) stays: \(error)")
        }
    }

    /// The name by which this deployment keeps a service's image.
    func keepTag(_ service: ServiceName) -> ImageReference {
        ImageReference(rawValue: KeepTag.reference(app: "\(record.app)", service: "\(service)", number: record.number))
    }

    /// What the app's records say; one that cannot be read is named.
    func releases() throws -> Releases {
        let (records, unreadable) = try store.records()
        for error in unreadable { log.warning("\(name): \(error)") }
        return Releases(records, unreadable: Set(unreadable.compactMap { Store.number(of: $0.path) }))
    }
}
