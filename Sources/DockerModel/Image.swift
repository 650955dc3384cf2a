/// An image in full (`GET /images/{name}/json`).
package struct Image: Hashable, Sendable {
    package let id: ImageID
    /// The names by which this host knows it.
    package let repoTags: [ImageReference]
    /// The names under which registries know it, `repository@sha256:…`; empty for one that was never in a registry.
    package let repoDigests: [ImageReference]
    package let labels: [String: String]
    /// Nil when its maker left that out.
    package let created: Timestamp?
    /// Bytes of all layers, also of those that other images share.
    package let size: Int64
    /// When a build, an import or a tag last gave it a name on this host.
    ///
    /// A pull and a load count only with the containerd image store, so nil does not mean that the image is old.
    package let lastTagged: Timestamp?
}

extension Image: Decodable {
    package init(from decoder: any Decoder) throws {
        let image = try decoder.members()
        id = try image.value("Id")
        repoTags = try image.optional("RepoTags") ?? []
        repoDigests = try image.optional("RepoDigests") ?? []
        labels = try image.optionalObject("Config")?.optional("Labels") ?? [:]
        created = try image.timestamp("Created")
        size = try image.value("Size")
        lastTagged = try image.optionalObject("Metadata")?.timestamp("LastTagTime")
    }
}

/// An image in a list (`GET /images/json`).
package struct ImageSummary: Hashable, Sendable {
    package let id: ImageID
    /// The names by which this host knows it; empty for a dangling one.
    package let repoTags: [ImageReference]
    /// The names under which registries know it, `repository@sha256:…`.
    package let repoDigests: [ImageReference]
    package let labels: [String: String]
    /// To the second; nil when its maker left that out.
    package let created: Timestamp?
    /// Bytes of all layers, also of those that other images share.
    package let size: Int64
    /// Bytes of the layers that other images share, which stay when this one goes; nil when it was not measured.
    package let sharedSize: Int64?
}

extension ImageSummary: Decodable {
    package init(from decoder: any Decoder) throws {
        let image = try decoder.members()
        id = try image.value("Id")
        // Before API 1.43 an image without a name is listed with these.
        repoTags = (try image.optional("RepoTags") ?? []).filter { $0 != "<none>:<none>" }
        repoDigests = (try image.optional("RepoDigests") ?? []).filter { $0 != "<none>@<none>" }
        labels = try image.optional("Labels") ?? [:]
        let (nanoseconds, overflow) = (try image.value("Created") as Int64).multipliedReportingOverflow(
            by: 1_000_000_000
        )
        created = nanoseconds > 0 && !overflow ? Timestamp(nanoseconds: nanoseconds) : nil
        size = try image.value("Size")
        sharedSize = try image.measured("SharedSize")
    }
}
