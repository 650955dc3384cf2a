import Docker
import DockerModel
import Rules

/// berth's own tags, which pin a release's images to the host after the images' own tags have moved.
struct Pins: Sendable {
    let app: AppName
    let session: EngineSession
    let log: DeploymentLog

    func pin(_ image: ImageID, of use: ImageUse, for number: Int) async throws(EngineError) {
        try await session.tag(image, as: PinTag.reference(app: app, use: use, number: number))
    }

    /// The same for an image that may have the pin already.
    func pin(_ image: Image, of use: ImageUse, for number: Int) async throws(EngineError) {
        guard !image.repoTags.contains(PinTag.reference(app: app, use: use, number: number)) else { return }
        try await pin(image.id, of: use, for: number)
    }

    /// Pins images of the release that are already on the host, so that no prune removes them as unused: a pull cannot restore
    /// images that were built on the host.
    ///
    /// - Parameter containers: those of the app; what one of them runs is in use, and needs no pin before the pull.
    /// - Returns: the images that needed one.
    func pinPresent(
        _ release: Release,
        for number: Int,
        beside containers: [ContainerSummary]
    ) async throws -> [ImageReference: Image] {
        let used = Set(containers.filter(\.isRunningReplica).compactMap(\.nameInUse))
        let wanted = release.model.images.filter { use, reference in
            !use.isService || reference.digest != nil || !used.contains(reference)
        }
        return try await pinned(wanted, for: number)
    }

    /// Looks up images by their names, all at the same time, and pins them.
    ///
    /// - Parameters:
    ///   - inUse: images that need no pin.
    ///   - known: those that are pinned already.
    /// - Returns: all of them that are on the host.
    func pinned(
        _ references: [ImageUse: ImageReference],
        for number: Int,
        except inUse: Set<ImageID> = [],
        knowing known: [ImageReference: Image] = [:]
    ) async throws -> [ImageReference: Image] {
        let uses = Dictionary(grouping: references.keys) { references[$0] }
        return try await withThrowingTaskGroup(of: (ImageReference, Image)?.self) { group in
            for case (let reference?, let uses) in uses where known[reference] == nil {
                group.addTask {
                    try await pinned(reference, of: uses, for: number, except: inUse).map { (reference, $0) }
                }
            }
            return try await group.reduce(into: known) { images, found in
                if let (reference, image) = found { images[reference] = image }
            }
        }
    }

    /// Looks up an image by its name, and pins it.
    ///
    /// - Returns: nil if there is none, or if its name is invalid, which a pull reports.
    func pinned(
        _ reference: ImageReference,
        of uses: [ImageUse],
        for number: Int,
        except inUse: Set<ImageID> = []
    ) async throws(EngineError) -> Image? {
        do throws(EngineError) {
            guard let image = try await session.find(reference) else { return nil }
            guard !inUse.contains(image.id) else { return image }
            do throws(EngineError) {
                for use in uses { try await pin(image, of: use, for: number) }
                return image
            } catch {
                // Before it has the pin, a prune may take the image; whatever the Engine then answers, the name tells.
                guard !error.isOutage, try await session.find(reference)?.id != image.id else { throw error }
            }
            return try await pinned(reference, of: uses, for: number, except: inUse)
        } catch {
            guard error.isNotFound else { throw error }
            return nil
        }
    }

    /// All pins of the app.
    func all() async throws(EngineError) -> [ImageReference] {
        try await session.names(in: PinTag.pattern(of: app))
    }

    /// Pins the images of kept releases that have no pin: those that were in use until now, and those that an agent has not come
    /// to pin, or a person has removed.
    func complete(_ pins: [ImageReference], _ history: History, keep: Int) async throws(EngineError) {
        let (pins, kept) = (Set(pins), history.kept(keep))
        for release in history.entries where kept.contains(release.number) {
            for (use, image) in release.images
            where !pins.contains(PinTag.reference(app: app, use: use, number: release.number)) {
                do throws(EngineError) {
                    try await pin(image, of: use, for: release.number)
                } catch {
                    guard !error.isOutage else { throw error }
                    log.debug("image \(image) of #\(release.number) is not on the host: \(error)")
                }
            }
        }
    }

    /// Those of the app's pins that no kept release and no deployment under way needs; none if the history is incomplete.
    func loose(_ pins: [ImageReference], _ history: History, keep: Int) -> [ImageReference] {
        guard history.isComplete else { return [] }
        let kept = history.kept(keep).union(history.undecided)
        return pins.filter { tag in
            guard let (owner, number) = PinTag.parse(tag), owner == app else { return false }
            return !kept.contains(number)
        }
    }

    /// Removes a pin, and with it the image if it has no other name; a container's image stays.
    func unpin(_ pin: ImageReference) async throws(EngineError) {
        do throws(EngineError) {
            try await session.removeImage(pin.rawValue)
        } catch {
            guard !error.isOutage else { throw error }
            // A container still needs the image, and this is its last name.
            log.debug("\(pin) stays: \(error)")
        }
    }
}
