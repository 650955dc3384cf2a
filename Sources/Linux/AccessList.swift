import CLinux
import Glibc
import SystemPackage

/// A POSIX access control list (acl(5)): what users may do besides the owner and the group of a file.
package struct AccessList: Equatable, Sendable {
    package struct Rights: OptionSet, Sendable {
        package let rawValue: UInt16

        package init(rawValue: UInt16) { self.rawValue = rawValue }

        package static let read = Rights(rawValue: 4)
        package static let write = Rights(rawValue: 2)
        package static let search = Rights(rawValue: 1)
    }

    private let owner: Rights
    private let group: Rights
    private let users: [uid_t: Rights]

    /// Others have no rights.
    package init(owner: Rights, group: Rights, users: [uid_t: Rights]) {
        self.owner = owner
        self.group = group
        self.users = users
    }

    /// Where a list counts.
    package enum Place: String, Sendable {
        case file = "system.posix_acl_access"
        /// What a folder gives to files that are made in it.
        case newFiles = "system.posix_acl_default"
    }

    /// Gives the list to a file or a folder; without users, the list that is there goes, and the mode alone counts.
    ///
    /// - Throws: also if the filesystem has no such lists.
    package func set(on path: FilePath, _ place: Place = .file) throws(Errno) {
        guard !isSet(on: path, place) else { return }
        let code =
            wanted.isEmpty
            ? lremovexattr(path.string, place.rawValue)
            : lsetxattr(path.string, place.rawValue, wanted, wanted.count, 0)
        guard code == 0 else { throw Errno(rawValue: errno) }
    }

    /// Whether it is there already.
    package func isSet(on path: FilePath, _ place: Place = .file) -> Bool { Self.value(of: path, place) == wanted }

    private var wanted: [UInt8] { users.isEmpty ? [] : bytes }

    /// Empty if there is none.
    private static func value(of path: FilePath, _ place: Place) -> [UInt8] {
        var value = [UInt8](repeating: 0, count: 4096)
        let count = lgetxattr(path.string, place.rawValue, &value, value.count)
        return count > 0 ? Array(value[..<count]) : []
    }

    /// The kernel's own format (linux/posix_acl_xattr.h): a version, then tag, rights and ID of each entry, in this order.
    private var bytes: [UInt8] {
        let noID = UInt32.max
        let named = users.sorted { $0.key < $1.key }.map { (UInt16(0x02), $0.value, UInt32($0.key)) }
        let mask = users.values.reduce(group) { $0.union($1) }
        let entries = [(0x01, owner, noID)] + named + [(0x04, group, noID), (0x10, mask, noID), (0x20, [], noID)]
        return entries.reduce(into: UInt32(2).littleEndianBytes) { bytes, entry in
            bytes += entry.0.littleEndianBytes + entry.1.rawValue.littleEndianBytes + entry.2.littleEndianBytes
        }
    }
}

extension FixedWidthInteger {
    fileprivate var littleEndianBytes: [UInt8] { withUnsafeBytes(of: littleEndian) { Array($0) } }
}
