/// How full the filesystems are that a deployment needs room on.
package struct Usage: Equatable, Sendable {
    package let filesystems: [Filesystem]

    package init(_ filesystems: [Filesystem]) {
        self.filesystems = filesystems
    }

    /// The fullest, and of two that are the one on which the Engine keeps more; nil where there is none.
    package var fullest: Filesystem? {
        filesystems.max { ($0.percent, $0.holds.count) < ($1.percent, $1.holds.count) }
    }

    /// How full they would be without these things, by an estimate.
    package func without(_ removals: [Removal]) -> Usage {
        Usage(
            filesystems.map { filesystem in
                let gone = removals.filter { filesystem.holds.contains($0.subject.content) }
                let freed = min(gone.reduce(0) { $0 + ($1.frees ?? 0) }, filesystem.space.used)
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

        /// Rounded up, as df(1) does, so that more than 80 is 81 at least.
        package var percent: Int { size > 0 ? Int((used * 100 + size - 1) / size) : 0 }

        /// How much of it is used beyond so many percent.
        package func excess(over percent: Int) -> Int64 { max(0, used - size * Int64(percent) / 100) }
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

    /// Whether it is for want of inodes that it is as full as it is.
    package var lacksInodes: Bool { percent > space.percent }

    /// How many bytes are to go until it is no fuller than so many percent; without bound where inodes are to go, since nobody
    /// knows how many of them a thing has.
    package func excess(over percent: Int) -> Int64 {
        if let inodes, inodes.percent > percent { return .max }
        return space.excess(over: percent)
    }
}

extension Filesystem: CustomStringConvertible {
    /// `/var/lib/docker is 81 % full`
    package var description: String {
        lacksInodes ? "\(path) has \(percent) % of its inodes in use" : "\(path) is \(percent) % full"
    }
}

extension Int64 {
    /// Bytes as a person reads them: `12.3 MB`, in powers of ten as docker counts.
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
