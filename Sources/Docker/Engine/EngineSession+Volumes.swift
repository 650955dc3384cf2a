import DockerModel
import NIOHTTP1

extension EngineSession {
    /// All volumes of the host (`GET /volumes`).
    package func volumes() async throws(EngineError) -> [Volume] {
        struct Answer: Decodable {
            let volumes: [Volume]?

            enum CodingKeys: String, CodingKey {
                case volumes = "Volumes"
            }
        }
        let answer: Answer = try await decode(from: Request(path: "/volumes"))
        return answer.volumes ?? []
    }

    /// Removes a volume with all its data (`DELETE /volumes/{name}`); no other code does.
    ///
    /// The Engine refuses with status 409 if a container, running or stopped, refers to the volume.
    package func removeVolume(_ name: VolumeName) async throws(EngineError) {
        let path = "/volumes/\(name.rawValue.percentEncoded())"
        try await send(Request(method: .DELETE, path: path, timeout: Self.removalTimeout))
    }
}
