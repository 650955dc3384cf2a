import Glibc
import SystemPackage

/// A user of the host (passwd(5)).
package struct Account: Equatable, Sendable {
    package let name: String
    package let id: uid_t
    /// The user's own group.
    package let group: gid_t
    package let home: FilePath
    package let shell: String

    /// Nil if the host has no such user.
    package init?(_ name: String) {
        guard let entry = getpwnam(name)?.pointee else { return nil }
        self.name = name
        id = entry.pw_uid
        group = entry.pw_gid
        home = FilePath(platformString: entry.pw_dir)
        shell = String(cString: entry.pw_shell)
    }

    /// The user's name; the number if the host has no such user.
    package static func name(of id: uid_t) -> String {
        getpwuid(id).map { String(cString: $0.pointee.pw_name) } ?? "\(id)"
    }

    /// A group's number; nil if the host has no such group.
    package static func group(named name: String) -> gid_t? { getgrnam(name)?.pointee.gr_gid }

    /// The group's name; the number if the host has no such group.
    package static func groupName(of id: gid_t) -> String {
        getgrgid(id).map { String(cString: $0.pointee.gr_name) } ?? "\(id)"
    }

    /// The names of all users in a group, as far as the host lists them.
    package static func members(of group: gid_t) -> Set<String> {
        var members: Set<String> = []
        if let entry = getgrgid(group)?.pointee, var name = entry.gr_mem {
            while let member = name.pointee {
                members.insert(String(cString: member))
                name += 1
            }
        }
        setpwent()
        defer { endpwent() }
        while let entry = getpwent()?.pointee {
            if entry.pw_gid == group { members.insert(String(cString: entry.pw_name)) }
        }
        return members
    }

    /// The groups of the user.
    package var groups: [gid_t] {
        var count: CInt = 256
        var groups = [gid_t](repeating: 0, count: Int(count))
        guard getgrouplist(name, group, &groups, &count) >= 0 else { return [group] }
        return Array(groups.prefix(Int(count)))
    }

    /// Gives this process the rights of the user, for good; only root may.
    ///
    /// - Parameter others: groups to be in besides the user's own.
    package func assume(with others: [gid_t]) throws(Errno) {
        let groups = groups + others
        // For root, setgid(2) and setuid(2) change the saved IDs too, so that there is no way back.
        guard setgroups(groups.count, groups) == 0, setgid(group) == 0, setuid(id) == 0 else {
            throw Errno(rawValue: errno)
        }
    }
}
