import Glibc
import Testing

/// The parent of every suite that touches the environment: setenv(3) is not safe beside another thread's getenv(3).
@Suite(.serialized) enum ProcessEnvironment {
    /// Runs `body` with these variables set (or unset, where nil), and puts the former ones back.
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
