import SystemPackage

/// A child process as a value, with everything that the child gets: equal commands do the same.
package struct Command: Hashable, Sendable {
    /// An absolute path, or a name to look up in the `PATH` of ``environment``.
    package var executable: String
    /// What a person types for ``executable``, which messages show; nil if it is the same.
    package var name: String?
    /// The arguments after the name; no shell interprets them.
    package var arguments: [String]
    /// All variables of the child; it inherits none.
    package var environment: [String: String]
    /// The working directory.
    package var directory: FilePath
    /// The time limit. After it, the child and its process group are ended.
    package var timeout: Duration
    /// How long the child may print nothing, until it counts as one that hangs; nil for as long as it likes.
    package var silence: Duration?

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
    /// The command line, without the environment, which may hold secrets.
    package var description: String { ([name ?? executable] + arguments).joined(separator: " ") }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(reflecting: description) }
}

extension Command {
    /// Sees that the program is there and may be executed, without starting it.
    package func requireProgram() throws(CommandError) {
        let isThere =
            executable.contains("/")
            ? File.isProgram(FilePath(executable)) : File.program(executable, in: environment["PATH"] ?? "") != nil
        guard !isThere else { return }
        let reason = CommandError.Reason.notStarted("the program is gone, or may not be executed")
        throw CommandError(command: "\(self)", reason: reason, lastLines: [])
    }
}
