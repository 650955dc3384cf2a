import NIOHTTP1

extension Engine {
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

    /// Removes a volume with all that it holds (`DELETE /volumes/{name}`); nothing else in these sources does.
    ///
    /// The Engine refuses with status 409 one to which a container, running or stopped, refers.
    package func removeVolume(_ name: VolumeName) async throws(EngineError) {
        let path = "/volumes/\(name.rawValue.percentEncoded())"
        try await send(Request(method: .DELETE, path: path, timeout: Self.removalTimeout))
    }
}

/// A volume in a list (`GET /volumes`).
package struct Volume: Hashable, Sendable {
    package let name: VolumeName
    /// `local`, or a plugin.
    package let driver: String
    package let labels: [String: String]
    /// What the driver was told, such as a file system to mount.
    package let options: [String: String]

    /// Whether it is certain that nobody named it, described it or marked it: the Engine made it for one container.
    ///
    /// Only an Engine that labels it makes that certain: from 23 on, and for what a Compose file mounts without a name from
    /// 27 on (moby/moby#48748). A label from outside Docker's own namespace is somebody's mark.
    package var isAnonymous: Bool {
        driver == "local" && options.isEmpty && labels["com.docker.volume.anonymous"] != nil
            && labels.keys.allSatisfy { $0.hasPrefix("com.docker.") }
            && name.rawValue.utf8.count == 64 && name.rawValue.utf8.allSatisfy("0123456789abcdef".utf8.contains)
    }
}

extension Volume: Decodable {
    package init(from decoder: any Decoder) throws {
        let volume = try decoder.members()
        name = try volume.value("Name")
        driver = try volume.value("Driver")
        labels = try volume.optional("Labels") ?? [:]
        options = try volume.optional("Options") ?? [:]
    }
}
