import Linux
import Logging
import Rules

/// Runs the commands of one phase, and logs their output without the secrets that berth knows.
struct Tools: Sendable {
    let host: Host
    let log: DeploymentLog
    let redaction: Redaction

    /// Runs a command for its effect.
    func stream(_ command: Command) async throws(CommandError) {
        log.debug(shown("\(command)"))
        do throws(CommandError) {
            try await host.processes.stream(command, onLine: output)
        } catch {
            throw error.mapLines(shown)
        }
    }

    /// Runs a command, and returns its standard output.
    func capture(_ command: Command) async throws(CommandError) -> [UInt8] {
        log.debug(shown("\(command)"))
        do throws(CommandError) {
            return try await host.processes.capture(command, limit: 16 << 20, onErrorLine: output)
        } catch {
            throw error.mapLines(shown)
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

    private var output: @Sendable (String) -> Void {
        { line in
            let text = shown(line)
            guard !text.isEmpty else { return }
            log.say(ComposeLine(line).isProgress ? .debug : .info, text)
        }
    }

    /// The line without secrets.
    private func shown(_ line: String) -> String { redaction.apply(to: ComposeLine(line).text) }
}
