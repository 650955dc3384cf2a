/// What a group of the host lets its users do, if that is more than CI needs.
package enum GroupPower: Comparable, Sendable {
    case records
    case allApps
    case root(String)

    /// Nil for a group that gives nothing of this kind.
    package init?(_ group: String) {
        switch group {
        case "docker", "sudo", "wheel", "disk", "lxd", "incus-admin": self = .root(group)
        case "berth": self = .allApps
        case "berth-records": self = .records
        default: return nil
        }
    }

    package var group: String {
        switch self {
        case .root(let group): group
        case .allApps: "berth"
        case .records: "berth-records"
        }
    }

    /// Without the user, who comes first.
    package var sentence: String {
        switch self {
        case .root(let group): "is in group \(group), so CI's key is worth root"
        case .allApps: "is in group berth, so CI's key is worth the .env and the spool of every app"
        case .records: "is in group berth-records, so CI's key is worth the records of every app"
        }
    }
}
