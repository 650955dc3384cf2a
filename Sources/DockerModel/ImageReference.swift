/// An image's name in a Compose file or for `docker tag`: `[registry/]path[:tag][@digest]`.
///
/// The parts follow Docker's `distribution/reference`; ``rawValue`` is not normalized.
package struct ImageReference: Identifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    /// Everything before the tag and the digest, as written.
    package var repository: String { String(parts.repository) }

    /// The tag, or nil if none is written; Docker then uses `latest`, unless there is a digest.
    package var tag: String? { parts.tag.map(String.init) }

    /// The digest, `sha256:…`, or nil if none is written.
    package var digest: String? { parts.digest.map(String.init) }

    /// The same with the tag that Docker uses if none is written.
    package var tagged: ImageReference {
        tag == nil && digest == nil ? ImageReference(rawValue: rawValue + ":latest") : self
    }

    /// The name as the Engine shows it: with a tag, and without what stands for Docker Hub.
    package var familiar: ImageReference {
        let name = tagged.rawValue
        let hub = ["docker.io/library/", "docker.io/"].first(where: name.hasPrefix)
        return ImageReference(rawValue: String(name.dropFirst(hub?.count ?? 0)))
    }

    /// By bytes: to Swift, a colon is one character with what combines with it.
    private var parts: (repository: Substring, tag: Substring?, digest: Substring?) {
        let halves = rawValue.utf8.split(separator: UInt8(ascii: "@"), maxSplits: 1).map(Substring.init)
        let name = halves.first ?? ""
        let digest = halves.count > 1 ? halves[1] : nil
        // A colon before the last slash is a registry's port.
        guard let colon = name.utf8.lastIndex(of: UInt8(ascii: ":")),
            !name.utf8[colon...].contains(UInt8(ascii: "/"))
        else { return (name, nil, digest) }
        return (name[..<colon], name[name.utf8.index(after: colon)...], digest)
    }
}
