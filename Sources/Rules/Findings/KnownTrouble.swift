import DockerModel

/// What is known to go wrong with some versions of the Engine and of Compose.
package struct KnownTrouble: Sendable {
    package let severity: Finding.Severity
    /// The versions of the Engine with the trouble.
    var engine: Range<DockerVersion>?
    var compose: Range<DockerVersion>?
    /// The image store with the trouble.
    var imageStore: String?
    /// What follows the name and the version.
    package let problem: String
    package let hint: String

    package static let all = [
        // docker/compose#14011 and #14036.
        KnownTrouble(
            severity: .warning,
            compose: DockerVersion(5, 0, 0)..<DockerVersion(5, 5, 0),
            imageStore: EngineInfo.containerdStore,
            problem: "recreates containers that have not changed, if containerd stores the images",
            hint: "install Docker Compose 5.5 or later"
        ),
        // CVE-2026-92543. A distribution may have mended an older version without a new number.
        KnownTrouble(
            severity: .note,
            engine: .first..<DockerVersion(29, 8, 2),
            problem:
                "may speak without TLS to a registry whose name also resolves to a loopback address (CVE-2026-92543)",
            hint: "install Docker Engine 29.8.2 or later, or see whether your distribution has mended this one"
        ),
        // moby/moby#44216, in Engine 23.0.
        KnownTrouble(
            severity: .note,
            engine: .first..<DockerVersion(23, 0, 0),
            problem: "deletes named volumes too in docker system prune --volumes, if no container has them",
            hint: "never run that on this host, or install Docker Engine 23 or later"
        ),
    ]

    /// What concerns these versions.
    package static func of(_ versions: DockerVersions) -> [KnownTrouble] {
        let engine = DockerVersion(versions.engine)
        let compose = DockerVersion(versions.compose)
        return all.filter { trouble in
            trouble.engine.includes(engine) && trouble.compose.includes(compose)
                && (trouble.imageStore == nil || trouble.imageStore == versions.imageStore)
        }
    }
}

extension Range<DockerVersion>? {
    /// Nil has every version; a version that cannot be read is in no range.
    fileprivate func includes(_ version: DockerVersion?) -> Bool {
        guard let self else { return true }
        return version.map(self.contains) ?? false
    }
}

extension DockerVersion {
    fileprivate static let first = DockerVersion(0, 0, 0)
}

extension Finding {
    /// What is known of the versions on this host.
    package static func versions(_ versions: DockerVersions) -> [Finding] {
        KnownTrouble.of(versions).map { trouble in
            let part =
                trouble.compose == nil ? "Docker Engine \(versions.engine)" : "Docker Compose \(versions.compose)"
            return Finding(trouble.severity, .docker, part, trouble.problem, try: trouble.hint)
        }
    }
}
