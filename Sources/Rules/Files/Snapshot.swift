/// The files of a release, as they were at one moment.
package struct Snapshot: Equatable, Sendable {
    /// One file, folder or symbolic link.
    package struct Entry: Equatable, Sendable {
        package enum Content: Equatable, Sendable {
            case folder
            case file([UInt8])
            /// A symbolic link; its target is never followed.
            case link(String)
        }

        package let path: ReleasePath
        package let content: Content
        /// Permission bits, such as `0o644`.
        package let mode: UInt32
        package let owner: UInt32
        package let group: UInt32
        /// When the content last changed, in seconds since 1970.
        package let modified: Int64

        package init(
            path: ReleasePath,
            content: Content,
            mode: UInt32,
            owner: UInt32,
            group: UInt32,
            modified: Int64
        ) {
            self.path = path
            self.content = content
            self.mode = mode
            self.owner = owner
            self.group = group
            self.modified = modified
        }

        package var isFolder: Bool { content == .folder }

        /// Whether both are the same to a program that reads them; a folder's mode and each time do not count.
        package func isSame(as other: Entry?) -> Bool {
            guard let other, content == other.content else { return false }
            if case .file = content { return mode == other.mode }
            return true
        }
    }

    package private(set) var entries: [ReleasePath: Entry]

    package init(_ entries: some Sequence<Entry> = []) {
        self.entries = Dictionary(entries.map { ($0.path, $0) }) { _, last in last }
    }

    package var isEmpty: Bool { entries.isEmpty }

    /// Each folder comes before what is in it.
    package var sorted: [Entry] { entries.values.sorted { $0.path < $1.path } }

    package subscript(path: ReleasePath) -> Entry? { entries[path] }

    package mutating func add(_ entry: Entry) { entries[entry.path] = entry }

    /// The paths whose files differ or are on one side only, sorted; folders count only where the other side has none.
    package func differences(from other: Snapshot) -> [ReleasePath] {
        Set(entries.keys).union(other.entries.keys).filter { path in
            switch (self[path], other[path]) {
            case (let one?, let two): !one.isSame(as: two) && !(one.isFolder && two == nil)
            case (nil, let two?): !two.isFolder
            case (nil, nil): false
            }
        }.sorted()
    }

    /// Where a path leads inside the folder: each symbolic link on the way, and the path without any.
    package func trail(of path: ReleasePath) -> [ReleasePath] {
        var links: [ReleasePath] = []
        var (place, rest) = (ReleasePath(), path.components)
        while !rest.isEmpty {
            let next = place.appending(rest.removeFirst())
            if links.count < 20, case .link(let target)? = self[next]?.content, let inside = place.resolving(target) {
                links.append(next)
                (place, rest) = (ReleasePath(), inside.components + rest)
            } else {
                place = next
            }
        }
        return links + [place]
    }

    /// The SHA-256 of a list with path, mode and SHA-256 of each file. Times and owners do not count, so a file that is
    /// delivered again is the same.
    package var digest: String {
        let lines = sorted.map { entry in
            let mode = String(entry.mode, radix: 8)
            switch entry.content {
            case .folder: return "folder \(entry.path)"
            case .file(let bytes): return "file \(mode) \(SHA256.hex(bytes)) \(entry.path)"
            case .link(let target): return "link \(SHA256.hex(Array(target.utf8))) \(entry.path)"
            }
        }
        return SHA256.hex(Array(lines.joined(separator: "\n").utf8))
    }
}
