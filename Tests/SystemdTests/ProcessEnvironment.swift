import Glibc
import Testing

/// The parent of every suite that changes the environment: setenv(3) is unsafe during another thread's getenv(3).
@Suite(.serialized) enum ProcessEnvironment {
    /// Runs `body` with these variables set (or unset, if nil), then restores the former values.
    static func with(_ variables: [String: String?], _ body: () throws -> Void) rethrows {
        let former = variables.keys.map { name in (name, getenv(name).map { String(cString: $0) }) }
        variables.forEach(set)
        defer { former.forEach(set) }
        try body()
    }

    private static func set(_ name: String, to value: String?) {
        if let value { setenv(name, value, 1) } else { unsetenv(name) }
    }
}
