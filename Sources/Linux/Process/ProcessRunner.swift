import Glibc
import Subprocess
import Synchronization
import SystemPackage

/// Runs commands as child processes, and lets nothing that they start outlive the call.
///
/// Every child leads a session of its own. When its time is over, or the task is cancelled, the whole process group is
/// asked to end (SIGTERM), and ended after a time of grace (SIGKILL). When a call returns, whatever was left of the
/// group is killed, also what ignores SIGTERM. Standard input is empty.
package struct ProcessRunner: Sendable {
    private let clock: any Clock<Duration>
    private let grace: Duration

    /// - Parameters:
    ///   - clock: Measures how long a command runs.
    ///   - grace: The time between asking and ending.
    package init(clock: any Clock<Duration>, grace: Duration = .seconds(10)) {
        self.clock = clock
        self.grace = grace
    }

    /// Runs a command for what it writes to standard output.
    ///
    /// - Parameters:
    ///   - limit: The most bytes that it may write there.
    ///   - onErrorLine: Takes each line of standard error as it comes.
    package func capture(
        _ command: Command,
        limit: Int,
        onErrorLine: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws(CommandError) -> [UInt8] {
        try await run(command, .bytes(limit: limit), .sequence, lines: \.standardError, onErrorLine)
    }

    /// Runs a command for what it does.
    ///
    /// - Parameter onLine: Takes each line of both streams as it comes.
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
        // A task that is to stop starts nothing any more.
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
        // The child is reaped by then, and with it goes the right to its number; but a group keeps its number for as
        // long as it has a member, so this ends those who stayed behind or finds nobody.
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

/// The last lines that a child wrote, kept beside the task that reads them: a deadline throws that task's result away.
private final class LastLines: Sendable {
    private let lines = Mutex(Tail<String>(20))

    var all: [String] { lines.withLock { $0.elements } }

    func append(_ line: String) {
        lines.withLock { $0.append(line) }
    }
}

/// A child ended by itself, and not well.
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

    /// Says what the library means, but never in its own words: they can quote a variable's value.
    private init(_ error: SubprocessError, _ command: Command) {
        switch error.code {
        case .outputLimitExceeded: self = .tooMuchOutput
        case .executableNotFound: self = .notStarted("there is no \(command.executable)")
        case .failedToChangeWorkingDirectory: self = .notStarted("cannot enter \(command.directory)")
        default: self = .notStarted(error.underlyingError.map { "\($0)" } ?? "no process could be made")
        }
    }
}

/// The time that something was given is over.
package struct Expired: Error {
    package init() {}
}
