import Docker
import Linux
import Logging
import Rules
import Synchronization
import SystemPackage

/// Runs the commands of one phase, and logs their output without the secrets that berth knows.
struct Tools: Sendable {
    let host: Host
    let log: DeploymentLog
    let redaction: Redaction

    /// Runs a command for its effect.
    ///
    /// - Parameters:
    ///   - input: the file that is its standard input; nil for an empty one.
    ///   - file: the file that is its standard output; nil to log it.
    func stream(
        _ command: Command,
        from input: FileDescriptor? = nil,
        into file: FileDescriptor? = nil
    ) async throws(CommandError) {
        try await logging(command) { take throws(CommandError) in
            try await host.processes.stream(command, from: input, into: file, onLine: take)
        }
    }

    /// Runs a command, and returns its standard output.
    func capture(_ command: Command) async throws(CommandError) -> [UInt8] {
        try await logging(command) { take throws(CommandError) in
            try await host.processes.capture(command, limit: 16 << 20, onErrorLine: take)
        }
    }

    /// The output of `docker compose config`.
    func config(_ compose: Compose) async throws(Failure) -> [UInt8] {
        do throws(CommandError) {
            return try await capture(compose.config())
        } catch {
            throw Failure(rendering: error)
        }
    }

    /// Runs a command for its effect, to its end even if the agent is stopped meanwhile.
    func streamUnbroken(_ command: Command) async throws(CommandError) {
        let result = await Task(executorPreference: host.executor) { () -> Result<Void, CommandError> in
            do throws(CommandError) {
                return .success(try await stream(command))
            } catch {
                return .failure(error)
            }
        }.value
        try result.get()
    }

    /// Does something to its end even if the agent is stopped meanwhile.
    func unbroken<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await Task(executorPreference: host.executor) { try await body() }.value
    }

    private func logging<Value>(
        _ command: Command,
        _ run: (@escaping @Sendable (String) -> Void) async throws(CommandError) -> Value
    ) async throws(CommandError) -> Value {
        log.debug(shown("\(command)"))
        return try await log.lines(as: shown) { take throws(CommandError) in
            try await run { line in if !ComposeLine(line).isProgress { take(line) } }
        }
    }

    /// The line without secrets.
    private func shown(_ line: String) -> String { redaction.apply(to: ComposeLine(line).text) }
}

extension DeploymentLog {
    /// Logs the lines of a command that `run` gives, each as `shown` has it; so are those of the error.
    func lines<Value>(
        as shown: @escaping @Sendable (String) -> String,
        of run: (@escaping @Sendable (String) -> Void) async throws(CommandError) -> Value
    ) async throws(CommandError) -> Value {
        let output = CommandOutput { line in
            let text = shown(line)
            if !text.isEmpty { info(text) }
        }
        defer { output.end() }
        do throws(CommandError) {
            return try await run { output.take($0) }
        } catch {
            throw error.mapLines(shown)
        }
    }
}

/// Passes on the lines of a command: the first and the last ones. A step that never stops printing must not push the lines of
/// other apps out of the journal.
final class CommandOutput: Sendable {
    static let first = 2000
    static let last = 50

    private let say: @Sendable (String) -> Void
    private let lines = Mutex((count: 0, tail: Tail<String>(last)))

    init(_ say: @escaping @Sendable (String) -> Void) {
        self.say = say
    }

    func take(_ line: String) {
        let isAmongTheFirst = lines.withLock { lines in
            lines.count += 1
            if lines.count > Self.first { lines.tail.append(line) }
            return lines.count <= Self.first
        }
        if isAmongTheFirst { say(line) }
    }

    /// Passes on the last lines, after the number of those that are left out.
    func end() {
        let (count, tail) = lines.withLock { ($0.count, $0.tail.elements) }
        let leftOut = count - Self.first - tail.count
        if leftOut > 0 { say("… \(leftOut) lines are left out") }
        tail.forEach(say)
    }
}
