import DockerModel

/// How full the filesystems are on which a deployment needs room.
package struct Usage: Equatable, Sendable {
    package let filesystems: [Filesystem]

    package init(_ filesystems: [Filesystem]) {
        self.filesystems = filesystems
    }

    /// The fullest; of two equally full, the one with more kinds of content. Nil if the list is empty.
    package var fullest: Filesystem? {
        filesystems.max { ($0.percent, $0.holds.count) < ($1.percent, $1.holds.count) }
    }

    /// How full they would be without these things, by an estimate.
    package func without(_ removals: [Removal]) -> Usage {
        Usage(
            filesystems.map { filesystem in
                let gone = removals.filter { filesystem.holds.contains($0.subject.content) }
                let freed = min(gone.compactMap(\.frees).sum(), filesystem.space.used)
                let space = filesystem.space
                return Filesystem(
                    path: filesystem.path,
                    holds: filesystem.holds,
                    space: Filesystem.Amount(used: space.used - freed, available: space.available + freed),
                    inodes: filesystem.inodes
                )
            }
        )
    }
}

/// One filesystem, counted as df(1) counts.
package struct Filesystem: Equatable, Sendable {
    /// What the Engine keeps on a filesystem.
    package enum Content: Sendable, CaseIterable {
        /// Images, the build cache, and what containers write over their images.
        case images
        /// Volumes and logs.
        case volumes
    }

    /// A limited resource of a filesystem: bytes or inodes.
    package struct Amount: Equatable, Sendable {
        package let used: Int64
        /// The rest that ordinary users may use.
        package let available: Int64

        package init(used: Int64, available: Int64) {
            self.used = used
            self.available = available
        }

        package var size: Int64 { used + available }

        /// Rounded up, as in df(1), so that anything above 80 is at least 81.
        package var percent: Int { size > 0 ? Int((used * 100 + size - 1) / size) : 0 }

        /// How much is used beyond this percentage.
        package func excess(over percent: Int) -> Int64 { max(0, used - size * Int64(percent) / 100) }
    }

    /// The folder that names it.
    package let path: String
    package let holds: Set<Content>
    package let space: Amount
    /// Nil if the filesystem has no fixed number of inodes.
    package let inodes: Amount?

    package init(path: String, holds: Set<Content>, space: Amount, inodes: Amount?) {
        self.path = path
        self.holds = holds
        self.space = space
        self.inodes = inodes
    }

    /// The higher percentage of space and inodes.
    package var percent: Int { max(space.percent, inodes?.percent ?? 0) }

    /// The same with this many bytes more; at most a petabyte, so that a percentage does not overflow.
    package func with(_ bytes: Int64) -> Filesystem {
        let bytes = min(max(bytes, 0), 1_000_000_000_000_000)
        let space = Amount(used: space.used + bytes, available: space.available - bytes)
        return Filesystem(path: path, holds: holds, space: space, inodes: inodes)
    }

    /// Whether inodes, not space, are scarcer.
    package var lacksInodes: Bool { percent > space.percent }

    /// How many bytes to remove until it is no fuller than this percentage; `max` if inodes exceed it, because the
    /// number of inodes that a removal frees is unknown.
    package func excess(over percent: Int) -> Int64 {
        if let inodes, inodes.percent > percent { return .max }
        return space.excess(over: percent)
    }
}

extension Filesystem: CustomStringConvertible {
    /// For example `/var/lib/docker is 81 % full`.
    package var description: String { "\(path) \(state)" }

    /// Without the path: `is 81 % full`.
    package var state: String { lacksInodes ? "has \(percent) % of its inodes in use" : "is \(percent) % full" }
}

extension Int64 {
    /// Bytes for people, in powers of ten as docker counts: `12.3 MB`.
    package var inUnits: String {
        var value = Double(self)
        var units = ["B", "kB", "MB", "GB", "TB"][...]
        while value >= 1000, units.count > 1 {
            value /= 1000
            units.removeFirst()
        }
        let digits = value < 100 && units.first != "B" ? (value * 10).rounded() / 10 : value.rounded()
        let text = digits == digits.rounded() ? "\(Int64(digits))" : "\(digits)"
        return "\(text) \(units.first ?? "")"
    }
}
