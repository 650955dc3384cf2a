import Glibc
import Subprocess
import Synchronization
import SystemPackage

/// Runs commands as child processes, none of whose process group outlives the call.
///
/// Every child leads its own session. At the time limit, or when the task is cancelled, the whole process group gets
/// SIGTERM, and SIGKILL after a grace period. When a call returns, the rest of the group is killed, even processes that
/// ignore SIGTERM. Standard input is empty.
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
        try await run(command, .bytes(limit: limit), .sequence, lines: \.standardError, onErrorLine)
    }

    /// Runs a command for its effect.
    ///
    /// - Parameter onLine: Called with each line of both streams as it arrives.
    package func stream(
        _ command: Command,
        onLine: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws(CommandError) {
        try await run(command, .sequence, .combinedWithOutput, lines: \.standardOutput, onLine)
    }
}

extension ProcessRunner {
    private func run<Output: OutputProtocol, ErrorOutput: ErrorOutputProtocol>(
        _ command: Command,
        _ output: Output,
        _ errorOutput: ErrorOutput,
        lines: @escaping @Sendable (Execution<NoInput, Output, ErrorOutput>) -> SubprocessOutputSequence,
        _ onLine: @escaping @Sendable (String) -> Void
    ) async throws(CommandError) -> Output.OutputType {
        // A cancelled task starts no process.
        guard !Task.isCancelled else { throw CommandError(command: "\(command)", reason: .cancelled, lastLines: []) }
        let configuration = Configuration(command, grace: grace)
        let lastLines = LastLines()
        do {
            return try await withThrowingTaskGroup { race in
                race.addTask {
                    try await Self.child(configuration, output, errorOutput, lines: lines) { line in
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

    private static func child<Output: OutputProtocol, ErrorOutput: ErrorOutputProtocol>(
        _ configuration: Configuration,
        _ output: Output,
        _ errorOutput: ErrorOutput,
        lines: (Execution<NoInput, Output, ErrorOutput>) -> SubprocessOutputSequence,
        _ onLine: (String) -> Void
    ) async throws -> Output.OutputType {
        var group: pid_t?
        // The child is reaped by then, so its PID may be reused. A process group keeps its ID while it has a member, so
        // this kills the members that are left, or fails because there are none.
        defer { if let group { kill(-group, SIGKILL) } }
        let result = try await Subprocess.run(
            configuration,
            input: .none,
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
