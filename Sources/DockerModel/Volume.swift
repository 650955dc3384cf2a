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
