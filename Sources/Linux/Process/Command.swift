import SystemPackage

/// A child process as a value: nothing of it is looked up anywhere else, and two that are equal do the same.
package struct Command: Hashable, Sendable {
    /// A name that is looked for in the `PATH` of ``environment``, or an absolute path.
    package var executable: String
    /// What follows the name; no shell reads it.
    package var arguments: [String]
    /// All variables of the child; nothing is inherited.
    package var environment: [String: String]
    /// Where the child starts.
    package var directory: FilePath
    /// The time after which the child and all that it started are ended.
    package var timeout: Duration

    package init(
        executable: String,
        arguments: [String],
        environment: [String: String],
        directory: FilePath,
        timeout: Duration
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
        self.timeout = timeout
    }
}

extension Command: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The command as one would type it, without the environment, which may hold secrets.
    package var description: String { ([executable] + arguments).joined(separator: " ") }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(reflecting: description) }
}
