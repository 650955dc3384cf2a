/// A volume in a list (`GET /volumes`).
package struct Volume: Hashable, Sendable {
    package let name: VolumeName
    /// `local`, or a plugin's name.
    package let driver: String
    package let labels: [String: String]
    /// The driver's options, such as a filesystem to mount.
    package let options: [String: String]

    /// Whether the Engine certainly made the volume for one container, without a name, options or labels from a user.
    ///
    /// Only the Engine's own label makes that certain: since version 23, and since 27 for unnamed mounts of a Compose
    /// file (moby/moby#48748). A label outside Docker's own namespace comes from a user.
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
