import DockerModel
import NIOHTTP1

extension EngineSession {
    /// Makes a container that is not meant to run: it has no network, no volume, and a program that does not exist
    /// (`POST /containers/create`).
    ///
    /// - Parameter volumes: the paths at which the image asks for an anonymous volume; it gets none.
    package func createIdle(
        from image: ImageReference,
        volumes: [String],
        labels: [String: String]
    ) async throws(EngineError) {
        let document = JSON.object([
            "Image": .string(image.rawValue),
            "Entrypoint": .array([.string("/this-container-only-holds-its-image")]),
            "Labels": .object(labels.mapValues(JSON.string)),
            "HostConfig": .object([
                "NetworkMode": .string("none"),
                "Mounts": .array(volumes.map { .object(["Type": .string("tmpfs"), "Target": .string($0)]) }),
            ]),
        ])
        var request = Request(method: .POST, path: "/containers/create")
        do {
            request.body = try document.bytes()
        } catch {
            throw EngineError(error, during: request)
        }
        try await send(request)
    }
}
