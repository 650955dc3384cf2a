// Pure: values in, values out.

/// How full the filesystems are that a deployment needs room on.
package struct Usage: Equatable, Sendable {
    package let filesystems: [Filesystem]

    package init(_ filesystems: [Filesystem]) {
        self.filesystems = filesystems
    }

    /// The fullest, which decides; nil where there is none.
    package var fullest: Filesystem? {
        filesystems.max { $0.percent < $1.percent }
    }

    /// Whether a filesystem on which such things lie is fuller than so many percent: what lies elsewhere makes no room there.
    package func isAbove(_ percent: Int, holding content: Filesystem.Content) -> Bool {
        filesystems.contains { $0.holds.contains(content) && $0.isAbove(percent) }
    }
}

/// One filesystem, counted as df(1) counts.
package struct Filesystem: Equatable, Sendable {
    /// What the Engine keeps on a filesystem.
    package enum Content: String, Sendable, CaseIterable {
        /// Images and the build cache.
        case images
        /// Volumes, logs, and what containers write.
        case volumes
    }

    /// Something of which there is only so much: bytes or inodes.
    package struct Amount: Equatable, Sendable {
        package let used: Int64
        /// What is left for ordinary users.
        package let available: Int64

        package init(used: Int64, available: Int64) {
            self.used = used
            self.available = available
        }

        package var size: Int64 { used + available }

        /// Rounded up, as df(1) does.
        package var percent: Int { size > 0 ? Int((Double(used) * 100 / Double(size)).rounded(.up)) : 0 }

        package func isAbove(_ percent: Int) -> Bool {
            Double(used) * 100 > Double(percent) * Double(size)
        }

        /// How much of it is used beyond so many percent; 0 where it is not.
        package func excess(over percent: Int) -> Int64 {
            isAbove(percent) ? used - Int64(Double(size) * Double(percent) / 100) : 0
        }
    }

    /// The folder by which it is known.
    package let path: String
    package let holds: Set<Content>
    package let space: Amount
    /// Nil where the filesystem has no fixed number of them.
    package let inodes: Amount?

    package init(path: String, holds: Set<Content>, space: Amount, inodes: Amount?) {
        self.path = path
        self.holds = holds
        self.space = space
        self.inodes = inodes
    }

    /// Of space or inodes, whichever is scarcer.
    package var percent: Int { max(space.percent, inodes?.percent ?? 0) }

    package func isAbove(_ percent: Int) -> Bool {
        space.isAbove(percent) || inodes?.isAbove(percent) == true
    }

    /// How many bytes are to go until it is no fuller than so many percent; without bound where inodes are to go, since nobody
    /// knows how many of them a thing has.
    package func excess(over percent: Int) -> Int64 {
        inodes?.isAbove(percent) == true ? .max : space.excess(over: percent)
    }
}

extension Filesystem: CustomStringConvertible {
    /// `/var/lib/docker is 81 % full`
    package var description: String {
        guard let inodes, inodes.percent > space.percent else { return "\(path) is \(space.percent) % full" }
        return "\(path) has \(inodes.percent) % of its inodes in use"
    }
}
