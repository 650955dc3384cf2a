/// What the Engine says about itself (`GET /info`).
package struct EngineInfo: Decodable, Hashable, Sendable {
    /// The Engine's own version, `26.1.5+dfsg1`.
    package let serverVersion: String
    /// Where images, containers and volumes lie: the filesystem that fills up.
    package let rootDirectory: String
    /// Whether images lie in containerd, where an image's ID is the digest of its manifest.
    package let isContainerdImageStore: Bool

    package init(from decoder: any Decoder) throws {
        let info = try decoder.members()
        serverVersion = try info.value("ServerVersion")
        rootDirectory = try info.value("DockerRootDir")
        let driverStatus: [[String]] = try info.optional("DriverStatus") ?? []
        isContainerdImageStore = driverStatus.contains(["driver-type", "io.containerd.snapshotter.v1"])
    }
}
