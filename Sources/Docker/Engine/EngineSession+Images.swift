import DockerModel
import NIOHTTP1

extension EngineSession {
    /// One image, by reference or by ID (`GET /images/{name}/json`).
    ///
    /// Throws ``EngineError/refused(request:status:message:)`` with status 404 if this host does not have the image.
    package func image(_ name: String) async throws(EngineError) -> Image {
        try await decode(from: Request(path: "/images/\(name.pathEncoded)/json"))
    }

    /// All images of the host except intermediate layers (`GET /images/json`).
    ///
    /// - Parameter sharedSize: Whether to measure ``ImageSummary/sharedSize``; before API 1.42, the Engine does not.
    package func images(sharedSize: Bool = false) async throws(EngineError) -> [ImageSummary] {
        try await decode(from: Request(path: "/images/json", query: sharedSize ? ["shared-size": "1"] : [:]))
    }

    /// Adds a name to an image; another image that had the name loses it (`POST /images/{id}/tag`).
    package func tag(_ image: ImageID, as reference: ImageReference) async throws(EngineError) {
        try await send(
            Request(
                method: .POST,
                path: "/images/\(image.rawValue.pathEncoded)/tag",
                query: ["repo": reference.repository, "tag": reference.tag ?? "latest"]
            )
        )
    }

    /// Removes a name of an image, and with the last name the image (`DELETE /images/{name}`).
    ///
    /// Without `force`, the Engine refuses with status 409 if a container, running or stopped, still needs the image.
    package func removeImage(_ name: String) async throws(EngineError) {
        try await send(
            Request(
                method: .DELETE,
                path: "/images/\(name.pathEncoded)",
                timeout: Self.removalTimeout
            )
        )
    }
}
