/// Something that takes room on a full filesystem and that berth may not remove.
package struct Occupant: Equatable, Sendable {
    /// As a sysadmin knows it, for example `volume shop_db`.
    package let name: String
    package let bytes: Int64

    package init(_ name: String, _ bytes: Int64) {
        self.name = name
        self.bytes = bytes
    }
}

extension [Occupant] {
    /// The largest few, largest first, without those below one percent of the filesystem.
    package func largest(of filesystem: Filesystem, atMost count: Int = 6) -> [Occupant] {
        let sorted = filter { $0.bytes > filesystem.space.size / 100 }
            .sorted { ($1.bytes, $0.name) < ($0.bytes, $1.name) }
        return Array(sorted.prefix(count))
    }
}

extension Occupant: CustomStringConvertible {
    package var description: String { "\(name), \(bytes.inUnits)" }
}
