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

    /// Pins images of the release that are already on the host, all at the same time, so that no prune removes them as unused:
    /// a pull cannot restore images that were built on the host.
    ///
    /// - Parameter containers: those of the app; what one of them runs is in use, and needs no pin before the pull.
    /// - Returns: the images that needed one.
    func pinPresent(
        _ release: Release,
        for number: Int,
        beside containers: [ContainerSummary]
    ) async throws -> [ImageReference: Image] {
        let used = Set(containers.filter { $0.labels.isReplica && $0.status == .running }.map(\.image))
        let wanted = release.model.images.filter { use, reference in
            !use.isService || reference.digest != nil || !used.contains(reference.rawValue)
        }
        let uses = Dictionary(grouping: wanted.keys) { wanted[$0] }
        return try await withThrowingTaskGroup(of: (ImageReference, Image)?.self) { group in
            for case (let reference?, let uses) in uses {
                group.addTask { try await pinPresent(reference, of: uses, for: number).map { (reference, $0) } }
            }
            return try await group.reduce(into: [:]) { present, found in
                if let (reference, image) = found { present[reference] = image }
            }
        }
    }

    private func pinPresent(
        _ reference: ImageReference,
        of uses: [ImageUse],
        for number: Int
    ) async throws(EngineError) -> Image? {
        do throws(EngineError) {
            let image = try await session.image(reference.rawValue)
            for use in uses { try await pin(image.id, of: use, for: number) }
            return image
        } catch {
            // The image is missing, or its name is invalid, which the pull will report.
            guard case .refused(_, status: 400..<500, _) = error else { throw error }
            return nil
        }
    }

    /// All pins of the app.
    func all() async throws(EngineError) -> [ImageReference] {
        try await session.names(in: PinTag.pattern(of: app))
    }

    /// Pins the images of a release that have no pin of its number.
    func complete(
        _ pins: [ImageReference],
        _ images: [ImageUse: ImageID],
        for number: Int
    ) async throws(EngineError) {
        for (use, image) in images where !pins.contains(PinTag.reference(app: app, use: use, number: number)) {
            try await pin(image, of: use, for: number)
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
