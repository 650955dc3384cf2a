import DockerModel

/// The references to give to a release's images before it starts, so that Compose finds exactly these images locally,
/// whatever their tags are now.
package struct NamePlan: Equatable, Sendable {
    /// One image and the name to give it.
    package struct Entry: Equatable, Sendable {
        package let imageID: ImageID
        package let reference: ImageReference
    }

    /// In the order of the images' uses.
    package let entries: [Entry]

    /// - Parameters:
    ///   - images: the release's image IDs.
    ///   - recorded: their names in its Compose file when it was deployed.
    ///   - today: their names in the same file with today's `.env`; Compose will look for these.
    package init(
        images: [ImageUse: ImageID],
        recorded: [ImageUse: ImageReference],
        today: [ImageUse: ImageReference]
    ) {
        entries = images.sorted { $0.key < $1.key }.compactMap { use, imageID in
            guard let reference = today[use] ?? recorded[use], Self.canBeGiven(reference) else { return nil }
            return Entry(imageID: imageID, reference: reference)
        }
    }

    /// A digest or an image ID always names the same image, and cannot be given to another.
    private static func canBeGiven(_ reference: ImageReference) -> Bool {
        reference.digest == nil && !reference.rawValue.hasPrefix("sha256:")
    }
}
