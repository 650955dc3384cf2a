import DockerModel

/// What a deployment runs on: the versions of the Engine and of Compose, and the Engine's image store.
package struct DockerVersions: Equatable, Sendable, Codable {
    package let engine: String
    /// The newest version of its API that the Engine supports.
    package let api: String
    package let compose: String
    /// `containerd`, or the name of the Engine's own storage driver, such as `overlay2`.
    package let imageStore: String

    package init(engine: String, api: APIVersion, compose: ComposeVersion, imageStore: String) {
        self.engine = engine
        self.api = "\(api)"
        self.compose = "\(compose)"
        self.imageStore = imageStore
    }

    /// What is known to go wrong with this combination, and what to try; nil for nothing.
    package var trouble: String? {
        // docker/compose#14011 and #14036.
        guard imageStore == EngineInfo.containerdStore, let compose = ComposeVersion(compose),
            compose >= ComposeVersion(5, 0, 0), compose < ComposeVersion(5, 5, 0)
        else { return nil }
        return "Docker Compose \(compose) recreates containers that have not changed, if containerd stores the images; "
            + "install Docker Compose 5.5 or later"
    }
}

extension DockerVersions: CustomStringConvertible {
    package var description: String {
        "Docker Engine \(engine), API \(api), Compose \(compose), image store \(imageStore)"
    }
}
