import DockerModel
import NIOHTTP1

extension EngineSession {
    /// One image, by reference or by ID (`GET /images/{name}/json`).
    ///
    /// One that is not on this host throws ``EngineError/refused(request:status:message:)`` with status 404.
    package func image(_ name: String) async throws(EngineError) -> Image {
        try await decode(from: Request(path: "/images/\(name.pathEncoded)/json"))
    }

    /// All images of the host but intermediate layers (`GET /images/json`).
    ///
    /// - Parameter sharedSize: Whether to measure ``ImageSummary/sharedSize``; an Engine before API 1.42 does not.
    package func images(sharedSize: Bool = false) async throws(EngineError) -> [ImageSummary] {
        try await decode(from: Request(path: "/images/json", query: sharedSize ? ["shared-size": "1"] : [:]))
    }

    /// Gives an image a further name, and takes that name from the image which had it (`POST /images/{id}/tag`).
    package func tag(_ image: ImageID, as reference: ImageReference) async throws(EngineError) {
        try await send(
            Request(
                method: .POST,
                path: "/images/\(image.rawValue.pathEncoded)/tag",
                query: ["repo": reference.repository, "tag": reference.tag ?? "latest"]
            )
        )
    }

    /// Removes a name, and with its last name the image (`DELETE /images/{name}`).
    ///
    /// Without `force` the Engine refuses with status 409 what a container, running or stopped, still needs.
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
