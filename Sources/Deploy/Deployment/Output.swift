import Docker
import Logging

/// What Compose prints goes to the journal, line by line.
extension Deployment {
    /// Runs a command for its effect.
    func stream(_ command: Command) async throws(CommandError) {
        log.debug("\(name): \(command)")
        try await context.processes.stream(command, onLine: output)
    }

    /// Runs a command for what it prints on standard output.
    func capture(_ command: Command) async throws(CommandError) -> [UInt8] {
        log.debug("\(name): \(command)")
        return try await context.processes.capture(command, limit: 16 << 20, onErrorLine: output)
    }

    private var output: @Sendable (String) -> Void {
        let (log, name) = (log, name)
        return { line in
            let line = ComposeLine(line)
            guard !line.text.isEmpty else { return }
            log.log(level: line.isProgress ? .debug : .info, "\(name): \(line.text)")
        }
    }
}
