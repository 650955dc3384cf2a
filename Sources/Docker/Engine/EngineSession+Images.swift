import DockerModel
import NIOHTTP1

extension EngineSession {
    /// One image, by reference or by ID (`GET /images/{name}/json`).
    ///
    /// Throws ``EngineError/refused(request:status:message:)`` with status 404 if this host does not have the image.
    package func image(_ name: String) async throws(EngineError) -> Image {
        try await decode(from: Request(path: "/images/\(name.pathEncoded)/json"))
    }

    /// One image, by reference; nil if this host does not have it, also because no image can have that name.
    package func find(_ reference: ImageReference) async throws(EngineError) -> Image? {
        do throws(EngineError) {
            return try await image(reference.rawValue)
        } catch {
            guard case .refused(_, status: 400..<500, _) = error else { throw error }
            return nil
        }
    }

    /// Whether the image was pulled to this host (`GET /images/{name}/json`, `Identity`); nil before API 1.53, in which the
    /// Engine does not tell.
    ///
    /// Separate from ``image(_:)``, because the Engine also verifies signatures for the answer.
    package func isPulled(_ image: ImageID) async throws(EngineError) -> Bool? {
        struct Answer: Decodable {
            let isPulled: Bool

            init(from decoder: any Decoder) throws {
                let identity = try decoder.members().optionalObject("Identity")
                isPulled = (try identity?.optional("Pull") ?? [JSON]()).isEmpty == false
            }
        }
        guard newest >= .identities else { return nil }
        let request = Request(path: "/images/\(image.rawValue.pathEncoded)/json")
        let answer: Answer = try await engine.decode(request.versioned(.identities))
        return answer.isPulled
    }

    /// All images of the host except intermediate layers (`GET /images/json`).
    ///
    /// - Parameter sharedSize: Whether to measure ``ImageSummary/sharedSize``; before API 1.42, the Engine does not.
    package func images(sharedSize: Bool = false) async throws(EngineError) -> [ImageSummary] {
        try await decode(from: Request(path: "/images/json", query: sharedSize ? ["shared-size": "1"] : [:]))
    }

    /// The names of images in repositories that a pattern matches (`GET /images/json`).
    ///
    /// - Parameter pattern: `*` and `?` stand for what is no slash.
    package func names(in pattern: String) async throws(EngineError) -> [ImageReference] {
        let query: KeyValuePairs = ["filters": Filters.repository(pattern).text]
        let images: [ImageSummary] = try await decode(from: Request(path: "/images/json", query: query))
        return images.flatMap(\.repoTags)
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
