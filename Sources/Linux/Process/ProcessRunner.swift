import Glibc
import Subprocess
import Synchronization
import SystemPackage

/// Runs commands as child processes, none of whose process group outlives the call.
///
/// Every child leads its own session. At the time limit, or when the task is cancelled, the whole process group gets
/// SIGTERM, and SIGKILL after a grace period. When a call returns, the rest of the group is killed, even processes that
/// ignore SIGTERM. Standard input is empty unless a call says otherwise.
package struct ProcessRunner: Sendable {
    private let clock: any Clock<Duration>
    private let grace: Duration

    /// - Parameters:
    ///   - clock: Measures how long a command runs.
    ///   - grace: The time between SIGTERM and SIGKILL.
    package init(clock: any Clock<Duration>, grace: Duration = .seconds(10)) {
        self.clock = clock
        self.grace = grace
    }

    /// Runs a command, and returns its standard output.
    ///
    /// - Parameters:
    ///   - limit: The maximum size of standard output, in bytes.
    ///   - onErrorLine: Called with each line of standard error as it arrives.
    package func capture(
        _ command: Command,
        limit: Int,
        onErrorLine: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws(CommandError) -> [UInt8] {
        try await run(command, .none, .bytes(limit: limit), .sequence, lines: \.standardError, onErrorLine)
    }

    /// Runs a command for its effect.
    ///
    /// The child itself reads and writes the files, whatever their size. They stay open.
    ///
    /// - Parameters:
    ///   - input: The file that is the standard input.
    ///   - output: The file that is the standard output.
    ///   - onLine: Called with each line as it arrives: of standard error, and of standard output if that is no file.
    package func stream(
        _ command: Command,
        from input: FileDescriptor? = nil,
        into output: FileDescriptor? = nil,
        onLine: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws(CommandError) {
        guard let input else { return try await stream(command, .none, output, onLine) }
        try await stream(command, .fileDescriptor(input, closeAfterSpawningProcess: false), output, onLine)
    }
}

extension ProcessRunner {
    private func stream(
        _ command: Command,
        _ input: some InputProtocol,
        _ output: FileDescriptor?,
        _ onLine: @escaping @Sendable (String) -> Void
    ) async throws(CommandError) {
        guard let output else {
            return try await run(command, input, .sequence, .combinedWithOutput, lines: \.standardOutput, onLine)
        }
        let file = FileDescriptorOutput.fileDescriptor(output, closeAfterSpawningProcess: false)
        try await run(command, input, file, .sequence, lines: \.standardError, onLine)
    }

    private func run<Input: InputProtocol, Output: OutputProtocol, ErrorOutput: ErrorOutputProtocol>(
        _ command: Command,
        _ input: Input,
        _ output: Output,
        _ errorOutput: ErrorOutput,
        lines: @escaping @Sendable (Execution<Input, Output, ErrorOutput>) -> SubprocessOutputSequence,
        _ onLine: @escaping @Sendable (String) -> Void
    ) async throws(CommandError) -> Output.OutputType {
        // A cancelled task starts no process.
        guard !Task.isCancelled else { throw CommandError(command: "\(command)", reason: .cancelled, lastLines: []) }
        let configuration = Configuration(command, grace: grace)
        let lastLines = LastLines()
        do {
            return try await withThrowingTaskGroup { race in
                race.addTask {
                    try await Self.child(configuration, input, output, errorOutput, lines: lines) { line in
                        lastLines.append(line)
                        onLine(line)
                    }
                }
                race.addTask {
                    try await clock.sleep(for: command.timeout)
                    throw Expired()
                }
                defer { race.cancelAll() }
                guard let output = try await race.next() else { throw CancellationError() }
                return output
            }
        } catch {
            throw CommandError(
                command: "\(command)",
                reason: CommandError.Reason(error, command),
                lastLines: lastLines.all
            )
        }
    }

    private static func child<Input: InputProtocol, Output: OutputProtocol, ErrorOutput: ErrorOutputProtocol>(
        _ configuration: Configuration,
        _ input: Input,
        _ output: Output,
        _ errorOutput: ErrorOutput,
        lines: (Execution<Input, Output, ErrorOutput>) -> SubprocessOutputSequence,
        _ onLine: (String) -> Void
    ) async throws -> Output.OutputType {
        var group: pid_t?
        // The child is reaped by then, so its PID may be reused. A process group keeps its ID while it has a member, so
        // this kills the members that are left, or fails because there are none.
        defer { if let group { kill(-group, SIGKILL) } }
        let result = try await Subprocess.run(
            configuration,
            input: input,
            output: output,
            error: errorOutput
        ) { execution in
            group = execution.processIdentifier.value
            var splitter = LineSplitter()
            for try await buffer in lines(execution) {
                buffer.withUnsafeBytes { bytes in
                    splitter.append(bytes) { onLine(String(decoding: $0, as: UTF8.self)) }
                }
            }
            splitter.finish { onLine(String(decoding: $0, as: UTF8.self)) }
        }
        guard result.terminationStatus.isSuccess else { throw Unsuccessful(status: result.terminationStatus) }
        return result.standardOutput
    }
}

/// The last lines of a child, kept outside the task that reads them: a timeout discards that task's result.
private final class LastLines: Sendable {
    private let lines = Mutex(Tail<String>(20))

    var all: [String] { lines.withLock { $0.elements } }

    func append(_ line: String) {
        lines.withLock { $0.append(line) }
    }
}

/// A child ended by itself, without success.
private struct Unsuccessful: Error {
    let status: TerminationStatus
}

extension Configuration {
    fileprivate init(_ command: Command, grace: Duration) {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: grace)]
        let path = FilePath(command.executable)
        let environment = Dictionary(
            uniqueKeysWithValues: command.environment.map { (Environment.Key(stringLiteral: $0), $1) }
        )
        self.init(
            executable: path.isAbsolute ? .path(path) : .name(command.executable),
            arguments: Arguments(command.arguments),
            environment: .custom(environment),
            workingDirectory: command.directory,
            platformOptions: options
        )
    }
}

extension CommandError.Reason {
    fileprivate init(_ error: any Error, _ command: Command) {
        switch error {
        case is Expired: self = .timedOut(after: command.timeout)
        case _ where Task.isCancelled: self = .cancelled
        case let error as Unsuccessful: self.init(error.status)
        case let error as SubprocessError: self.init(error, command)
        default: self = .notStarted("\(error)")
        }
    }

    private init(_ status: TerminationStatus) {
        switch status {
        case .exited(let code): self = .exited(code: code)
        case .signaled(let signal): self = .signaled(signal)
        }
    }

    /// Translates the library's error, but never quotes its message, which can contain a variable's value.
    private init(_ error: SubprocessError, _ command: Command) {
        switch error.code {
        case .outputLimitExceeded: self = .tooMuchOutput
        case .executableNotFound: self = .notStarted("\(command.executable) was not found")
        case .failedToChangeWorkingDirectory: self = .notStarted("cannot enter \(command.directory)")
        default: self = .notStarted(error.underlyingError.map { "\($0)" } ?? "the process could not be created")
        }
    }
}

/// A time limit has passed.
package struct Expired: Error {
    package init() {}
}
