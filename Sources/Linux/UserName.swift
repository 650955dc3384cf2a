import Glibc

/// The names of users.
package enum UserName {
    /// The user's name, or the number if the host does not know it (getpwuid_r(3)).
    package static func of(_ user: uid_t) -> String {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 * 1024)
        guard getpwuid_r(user, &entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.pw_name
        else {
            return "\(user)"
        }
        return String(cString: name)
    }
}
