import Docker
import Logging

/// What Compose prints goes to the journal, line by line.
extension Deployment {
    /// Runs a command for its effect.
    func stream(_ command: Command) async throws(CommandError) {
        log.debug("\(name): \(command)")
        let log = log
        try await context.processes.stream(command) { line in log.info("\(line)") }
    }

    /// Runs a command for what it prints on standard output.
    func capture(_ command: Command) async throws(CommandError) -> [UInt8] {
        log.debug("\(name): \(command)")
        let log = log
        return try await context.processes.capture(command, limit: 16 << 20) { line in log.info("\(line)") }
    }
}
