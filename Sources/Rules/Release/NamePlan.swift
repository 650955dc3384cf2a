import DockerModel

/// The references to give to a release's images before it starts, so that Compose finds exactly these images locally,
/// whatever their tags are now.
package struct NamePlan: Equatable, Sendable {
    /// One image and the name to give it.
    package struct Entry: Equatable, Sendable {
        package let imageID: ImageID
        package let reference: ImageReference
    }

    /// In the order of the services' names.
    package let entries: [Entry]

    /// - Parameters:
    ///   - images: the release's image IDs, by service.
    ///   - recorded: their names in its Compose file when it was deployed.
    ///   - today: their names in the same file with today's `.env`; Compose will look for these.
    package init(
        images: [ServiceName: ImageID],
        recorded: [ServiceName: ImageReference],
        today: [ServiceName: ImageReference]
    ) {
        entries = images.sorted { $0.key < $1.key }.compactMap { service, imageID in
            guard let reference = today[service] ?? recorded[service], Self.canBeGiven(reference) else { return nil }
            return Entry(imageID: imageID, reference: reference)
        }
    }

    /// A digest or an image ID always names the same image, and cannot be given to another.
    private static func canBeGiven(_ reference: ImageReference) -> Bool {
        reference.digest == nil && !reference.rawValue.hasPrefix("sha256:")
    }
}
