/// An image in full (`GET /images/{name}/json`).
package struct Image: Hashable, Sendable {
    package let id: ImageID
    /// Its tags on this host.
    package let repoTags: [ImageReference]
    /// Its digests in registries, `repository@sha256:…`; empty if it was never in a registry.
    package let repoDigests: [ImageReference]
    package let labels: [String: String]
    /// Nil if the image does not say.
    package let created: Timestamp?
    /// Bytes of all layers, shared layers included.
    package let size: Int64
    /// When a build, an import or a tag last gave it a name on this host.
    ///
    /// A pull or a load counts only with the containerd image store, so nil does not mean that the image is old.
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
        size = try image.bytes("Size") ?? 0
        lastTagged = try image.optionalObject("Metadata")?.timestamp("LastTagTime")
    }
}

/// An image in a list (`GET /images/json`).
package struct ImageSummary: Hashable, Sendable {
    package let id: ImageID
    /// Its tags on this host; empty for a dangling image.
    package let repoTags: [ImageReference]
    /// Its digests in registries, `repository@sha256:…`.
    package let repoDigests: [ImageReference]
    package let labels: [String: String]
    /// To the second; nil if the image does not say.
    package let created: Timestamp?
    /// Bytes of all layers, shared layers included.
    package let size: Int64
    /// Bytes of the layers that other images share, which a removal does not free; nil if it was not measured.
    package let sharedSize: Int64?
}

extension ImageSummary: Decodable {
    package init(from decoder: any Decoder) throws {
        let image = try decoder.members()
        id = try image.value("Id")
        // Before API 1.43, the Engine lists an untagged image with these placeholders.
        repoTags = (try image.optional("RepoTags") ?? []).filter { $0 != "<none>:<none>" }
        repoDigests = (try image.optional("RepoDigests") ?? []).filter { $0 != "<none>@<none>" }
        labels = try image.optional("Labels") ?? [:]
        let seconds = try image.number("Created", in: 0...Int.max) ?? 0
        created = seconds > 0 ? Timestamp(seconds: Int64(seconds)) : nil
        size = try image.bytes("Size") ?? 0
        sharedSize = try image.measured("SharedSize")
    }
}
