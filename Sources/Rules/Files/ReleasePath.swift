import DockerModel

/// A path below an app's folder, such as `nginx/conf.d`. The folder itself has no components.
///
/// It is taken apart by bytes, as the kernel does: with an accent after it, a slash would be another character.
package struct ReleasePath: Hashable, Sendable {
    package let components: [String]

    package init(components: [String] = []) {
        self.components = components
    }

    /// Nil if the text is absolute, leaves the folder, or has a NUL, at which the kernel would end it.
    package init?(_ text: String) {
        guard text.utf8.first != Self.slash, let path = ReleasePath().resolving(text) else { return nil }
        self = path
    }

    /// Nil if the path is not below that folder; both are absolute, as Compose prints them.
    package init?(_ absolute: String, in folder: String) {
        let prefix = folder.hasSuffix("/") ? folder : folder + "/"
        guard absolute == folder || absolute.utf8.starts(with: prefix.utf8) else { return nil }
        self.init(String(Substring(absolute.utf8.dropFirst(prefix.utf8.count))))
    }

    /// Where a relative path leads from here; nil if that is outside the folder, or if the path has a NUL.
    package func resolving(_ relative: String) -> ReleasePath? {
        guard !relative.utf8.contains(0) else { return nil }
        var resolved = components
        for component in relative.utf8.split(separator: Self.slash).map(Substring.init) where component != "." {
            guard component == ".." else {
                resolved.append(String(component))
                continue
            }
            guard resolved.popLast() != nil else { return nil }
        }
        return ReleasePath(components: resolved)
    }

    private static let slash = UInt8(ascii: "/")

    package func appending(_ name: String) -> ReleasePath { ReleasePath(components: components + [name]) }

    /// The folder's own parent is the folder.
    package var parent: ReleasePath { ReleasePath(components: components.dropLast()) }

    /// The folders above this path, from the top; without the app's folder and the path itself.
    package var ancestors: [ReleasePath] {
        components.indices.dropFirst().map { ReleasePath(components: Array(components[..<$0])) }
    }

    /// Whether the other path is this one or lies below it.
    package func contains(_ other: ReleasePath) -> Bool { other.components.starts(with: components) }
}

extension ReleasePath: Comparable, CustomStringConvertible, TextCoded {
    /// A folder comes right before what is in it.
    package static func < (one: ReleasePath, other: ReleasePath) -> Bool {
        one.components.lexicographicallyPrecedes(other.components)
    }

    package var description: String { components.isEmpty ? "." : components.joined(separator: "/") }

    package init?(coded text: String) { self.init(text) }

    package var coded: String { description }
}
