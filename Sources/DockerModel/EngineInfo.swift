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
    /// The host's processor as images name theirs, `amd64`; nil if the Engine does not say.
    package let architecture: String?

    package static let containerdStore = "containerd"

    package init(from decoder: any Decoder) throws {
        let info = try decoder.members()
        serverVersion = try info.value("ServerVersion")
        rootDirectory = try info.value("DockerRootDir")
        let driverStatus: [[String]] = try info.optional("DriverStatus") ?? []
        isContainerdImageStore = driverStatus.contains(["driver-type", "io.containerd.snapshotter.v1"])
        imageStore = isContainerdImageStore ? Self.containerdStore : try info.optional("Driver") ?? "unknown"
        architecture = (try info.optional("Architecture") as String?).map { Self.architectures[$0] ?? $0 }
    }

    /// What the kernel calls a processor, and Go otherwise.
    private static let architectures = [
        "x86_64": "amd64", "aarch64": "arm64", "armv6l": "arm", "armv7l": "arm", "i386": "386", "i686": "386",
    ]
}
