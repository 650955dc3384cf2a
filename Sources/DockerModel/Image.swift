/// An image in full (`GET /images/{name}/json`).
package struct Image: Hashable, Sendable {
    package let id: ImageID
    /// Its tags on this host.
    package let repoTags: [ImageReference]
    /// Its digests, `repository@sha256:…`; see ``ImageNames/isFromRegistry``.
    package let repoDigests: [ImageReference]
    package let labels: [String: String]
    /// The paths at which its containers get an anonymous volume.
    package let volumes: [String]
    /// Whether its containers have a healthcheck, unless they are told otherwise.
    package let hasHealthcheck: Bool
    /// The processor that it is for, as Go names it: `amd64`; nil if the image does not say.
    package let architecture: String?
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
        let names = try ImageNames(image, of: id)
        (repoTags, repoDigests) = (names.tags, names.digests)
        let config = try image.optionalObject("Config")
        labels = try config?.optional("Labels") ?? [:]
        volumes = (try config?.optional("Volumes") ?? [String: JSON]()).keys.sorted()
        hasHealthcheck = try config?.optionalObject("Healthcheck").flatMap(Healthcheck.init(engine:)) != nil
        let architecture: String? = try image.optional("Architecture")
        self.architecture = architecture == "" ? nil : architecture
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
    /// Its digests, `repository@sha256:…`; see ``ImageNames/isFromRegistry``.
    package let repoDigests: [ImageReference]
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
        let names = try ImageNames(image, of: id)
        (repoTags, repoDigests) = (names.tags, names.digests)
        let seconds = try image.number("Created", in: 0...Int.max) ?? 0
        created = seconds > 0 ? Timestamp(seconds: Int64(seconds)) : nil
        size = try image.bytes("Size") ?? 0
        sharedSize = try image.measured("SharedSize")
    }
}

/// The names of an image, the same for both image stores.
package struct ImageNames: Hashable, Sendable {
    package let id: ImageID
    /// `repository:tag`; none for a dangling image.
    package let tags: [ImageReference]
    /// `repository@sha256:…`.
    package let digests: [ImageReference]

    package init(id: ImageID, tags: [ImageReference], digests: [ImageReference]) {
        self.id = id
        // Before API 1.43, the Engine lists an untagged image with these placeholders. The containerd image store lists
        // the name of an image that was pulled by its digest as a tag, too.
        self.tags = tags.filter { $0 != "<none>:<none>" && $0.digest == nil }
        let named = digests + tags.filter { $0.digest != nil }
        self.digests = named.enumerated().filter { index, name in
            name != "<none>@<none>" && !named[..<index].contains(name)
        }.map(\.element)
    }

    /// Whether a registry has the image; nil if its names do not tell.
    ///
    /// With the containerd image store, each image has a digest under each of its names: the digest that is its ID.
    package var isFromRegistry: Bool? {
        if digests.isEmpty { return false }
        return digests.contains { $0.digest != id.rawValue } ? true : nil
    }
}

extension ImageNames {
    fileprivate init(_ image: KeyedDecodingContainer<Name>, of id: ImageID) throws {
        self.init(
            id: id,
            tags: try image.optional("RepoTags") ?? [],
            digests: try image.optional("RepoDigests") ?? []
        )
    }
}

extension Image {
    package var names: ImageNames { ImageNames(id: id, tags: repoTags, digests: repoDigests) }
}

extension ImageSummary {
    package var names: ImageNames { ImageNames(id: id, tags: repoTags, digests: repoDigests) }
}
