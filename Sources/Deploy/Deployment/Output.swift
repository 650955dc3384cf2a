import Docker
import DockerModel
import Linux
import Logging
import Rules

/// What Compose prints goes to the journal, line by line.
extension Deployment {
    /// Runs a command for its effect.
    func stream(_ command: Command) async throws(CommandError) {
        log.debug("\(name): \(shown("\(command)"))")
        do throws(CommandError) {
            try await context.processes.stream(command, onLine: output)
        } catch {
            throw error.mapLines(shown)
        }
    }

    /// Runs a command for what it prints on standard output.
    func capture(_ command: Command) async throws(CommandError) -> [UInt8] {
        log.debug("\(name): \(shown("\(command)"))")
        do throws(CommandError) {
            return try await context.processes.capture(command, limit: 16 << 20, onErrorLine: output)
        } catch {
            throw error.mapLines(shown)
        }
    }

    /// Brings something to its end also where the agent is stopped meanwhile.
    func unbroken(_ body: @escaping @Sendable () async throws(CommandError) -> Void) async throws(CommandError) {
        let result = await Task(executorPreference: context.executor) { () -> Result<Void, CommandError> in
            do throws(CommandError) {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }.value
        try result.get()
    }

    private var output: @Sendable (String) -> Void {
        let (log, name, shown) = (log, name, shown)
        return { line in
            let text = shown(line)
            guard !text.isEmpty else { return }
            log.log(level: ComposeLine(line).isProgress ? .debug : .info, "\(name): \(text)")
        }
    }

    /// What of a line may be seen.
    private var shown: @Sendable (String) -> String {
        let redaction = redaction
        return { redaction.apply(to: ComposeLine($0).text) }
    }
}
