import CLinux
import Glibc
import SystemPackage

/// What a new process has as standard input, output and error.
struct StandardStreams {
    let input: FileDescriptor
    let output: FileDescriptor
    let error: FileDescriptor
}

/// A command did not become a process.
struct NotStarted: Error {
    /// Without any variable's value.
    let reason: String
}

extension Command {
    /// Starts the command as the leader of a session of its own, with no other descriptor than these.
    ///
    /// Every signal has its default action and none is blocked, whatever this process does with them. An error of the
    /// program's start is thrown too, because posix_spawn(3) returns only after it.
    func spawn(_ streams: StandardStreams) throws(NotStarted) -> pid_t {
        guard !holdsNull else { throw NotStarted(reason: "an argument or a variable has a NUL character") }
        let program = try program()
        let folder = try open(directory, or: "cannot enter \(directory)")
        defer { try? folder.close() }

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, descriptor) in [streams.input, streams.output, streams.error].enumerated() {
            posix_spawn_file_actions_adddup2(&actions, descriptor.rawValue, CInt(number))
        }
        posix_spawn_file_actions_addfchdir_np(&actions, folder.rawValue)
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
        )

        var process: pid_t = 0
        let code = withCStrings([executable] + arguments) { arguments in
            withCStrings(environment.map { "\($0)=\($1)" }) { environment in
                posix_spawn(&process, program.string, &actions, &attributes, arguments, environment)
            }
        }
        guard code == 0 else { throw NotStarted(reason: problem(with: program, Errno(rawValue: code))) }
        return process
    }

    private var holdsNull: Bool {
        let texts = [[executable], arguments, Array(environment.keys), Array(environment.values)].joined()
        return texts.contains { $0.utf8.contains(0) }
    }

    /// The program's file. A name is looked up in the command's own `PATH`.
    private func program() throws(NotStarted) -> FilePath {
        guard !executable.contains("/") else { return FilePath(executable) }
        if let file = File.program(executable, in: environment["PATH"] ?? "") { return file }
        throw NotStarted(reason: "\(executable) was not found")
    }

    private func problem(with program: FilePath, _ error: Errno) -> String {
        // Otherwise its interpreter is what does not exist.
        error == .noSuchFileOrDirectory && !File.exists(program) ? "\(executable) was not found" : "\(error)"
    }

    private func open(_ folder: FilePath, or problem: String) throws(NotStarted) -> FileDescriptor {
        do {
            return try FileDescriptor.open(folder, .readOnly, options: [.directory, .closeOnExec])
        } catch {
            throw NotStarted(reason: problem)
        }
    }
}

/// Calls `body` with the strings as C has an argument list, which ends with a null pointer.
private func withCStrings<Result>(
    _ strings: [String],
    _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    let pointers = strings.map { strdup($0) } + [nil]
    defer { pointers.forEach { free($0) } }
    return body(pointers)
}
