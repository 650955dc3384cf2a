import DockerModel

/// What a deployment runs on: the versions of the Engine and of Compose, and the Engine's image store.
package struct DockerVersions: Equatable, Sendable, Codable {
    package let engine: String
    /// The newest version of its API that the Engine supports.
    package let api: String
    package let compose: String
    /// `containerd`, or the name of the Engine's own storage driver, such as `overlay2`.
    package let imageStore: String

    package init(engine: String, api: APIVersion, compose: DockerVersion, imageStore: String) {
        self.engine = engine
        self.api = "\(api)"
        self.compose = "\(compose)"
        self.imageStore = imageStore
    }

    /// What is known to go wrong in a deployment with this combination, and what to try; nil for nothing.
    package var trouble: String? {
        Finding.versions(self).first { $0.severity == .warning }.map { "\($0.sentence); \($0.hint ?? "")" }
    }
}

extension DockerVersions: CustomStringConvertible {
    package var description: String {
        "Docker Engine \(engine), API \(api), Compose \(compose), image store \(imageStore)"
    }
}
