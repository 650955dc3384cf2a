/// The Engine's version, root folder and image store (`GET /info`).
package struct EngineInfo: Decodable, Hashable, Sendable {
    /// The Engine's own version, `26.1.5+dfsg1`.
    package let serverVersion: String
    /// The folder of images, containers and volumes: its filesystem is the one that fills up.
    package let rootDirectory: String
    /// Whether containerd stores the images; an image's ID is then the digest of its manifest.
    package let isContainerdImageStore: Bool
    /// `containerd`, or the Engine's own storage driver, such as `overlay2`; an image of one store is not in another.
    package let imageStore: String

    package static let containerdStore = "containerd"

    package init(from decoder: any Decoder) throws {
        let info = try decoder.members()
        serverVersion = try info.value("ServerVersion")
        rootDirectory = try info.value("DockerRootDir")
        let driverStatus: [[String]] = try info.optional("DriverStatus") ?? []
        isContainerdImageStore = driverStatus.contains(["driver-type", "io.containerd.snapshotter.v1"])
        imageStore = isContainerdImageStore ? Self.containerdStore : try info.optional("Driver") ?? "unknown"
    }
}
