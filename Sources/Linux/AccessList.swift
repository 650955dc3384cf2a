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
        let named = users.sorted { $0.key < $1.key }.map { (Tag.user, $0.value, UInt32($0.key)) }
        let mask = users.values.reduce(group) { $0.union($1) }
        let rest: [(Tag, Rights, UInt32)] = [(.group, group, noID), (.mask, mask, noID), (.others, [], noID)]
        let entries = [(Tag.owner, owner, noID)] + named + rest
        return entries.reduce(into: UInt32(2).littleEndianBytes) { bytes, entry in
            bytes +=
                entry.0.rawValue.littleEndianBytes + entry.1.rawValue.littleEndianBytes + entry.2.littleEndianBytes
        }
    }

    private enum Tag: UInt16 {
        case owner = 0x01
        case user = 0x02
        case group = 0x04
        case namedGroup = 0x08
        case mask = 0x10
        case others = 0x20
    }
}

extension AccessList {
    /// Whether the list of a file gives a user these rights, as acl(5) says it; nil if the file has no list.
    ///
    /// - Parameter file: who owns it.
    static func gives(
        _ rights: Rights,
        on path: FilePath,
        _ file: (owner: uid_t, group: gid_t),
        to user: uid_t,
        in groups: Set<gid_t>
    ) -> Bool? {
        let value = value(of: path, .file)
        guard !value.isEmpty else { return nil }
        let entries = stride(from: 4, through: value.count - 8, by: 8).compactMap { start -> (Tag, Rights, UInt32)? in
            func number(_ bytes: Range<Int>) -> UInt32 {
                value[bytes].reversed().reduce(0) { $0 << 8 | UInt32($1) }
            }
            guard let tag = Tag(rawValue: UInt16(number(start..<start + 2))) else { return nil }
            return (tag, Rights(rawValue: UInt16(number(start + 2..<start + 4))), number(start + 4..<start + 8))
        }
        func first(_ tag: Tag) -> Rights? { entries.first { $0.0 == tag }?.1 }
        if user == file.owner { return first(.owner)?.isSuperset(of: rights) ?? false }
        let mask = first(.mask) ?? [.read, .write, .search]
        if let own = entries.first(where: { $0.0 == .user && $0.2 == user })?.1 {
            return own.intersection(mask).isSuperset(of: rights)
        }
        let ofGroups = entries.filter { tag, _, id in
            tag == .group && groups.contains(file.group) || tag == .namedGroup && groups.contains(id)
        }
        guard ofGroups.isEmpty else { return ofGroups.contains { $0.1.intersection(mask).isSuperset(of: rights) } }
        return first(.others)?.isSuperset(of: rights) ?? false
    }
}

extension FixedWidthInteger {
    fileprivate var littleEndianBytes: [UInt8] { withUnsafeBytes(of: littleEndian) { Array($0) } }
}
