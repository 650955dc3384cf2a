import DockerModel

/// Which references are to stand for which images before a release is started, so that Compose finds exactly its images
/// locally, by whatever tags they were known since.
package struct NamePlan: Equatable, Sendable {
    /// One image and the name that it is to have.
    package struct Entry: Equatable, Sendable {
        package let imageID: ImageID
        package let reference: ImageReference
    }

    /// In the order of the services' names.
    package let entries: [Entry]

    /// - Parameters:
    ///   - images: the release's image IDs, by service.
    ///   - recorded: how its Compose file named them when it was deployed.
    ///   - today: how the same file names them with today's `.env`; that is what Compose will look for.
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

    /// A digest and an image ID name one image for ever, and no other can be given that name.
    private static func canBeGiven(_ reference: ImageReference) -> Bool {
        reference.digest == nil && !reference.rawValue.hasPrefix("sha256:")
    }
}
