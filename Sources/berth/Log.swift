import Deploy
import Logging
import Systemd

/// Where berth's log goes: to the journal where standard error is connected to it, else to standard error.
enum Log {
    static func make(level: Logger.Level) -> Logger {
        var log = Logger(label: "berth") { _ in
            if Journal.ownsStandardError {
                JournalHandler(identifier: "berth", fieldPrefix: JournalField.prefix)
            } else {
                Console()
            }
        }
        log.logLevel = level
        return log
    }

    /// For a command that asks: warnings alone, on standard error, and never to the journal.
    static var ofQuestion: Logger {
        var log = Logger(label: "berth") { _ in Console(isAside: true) }
        log.logLevel = .warning
        return log
    }
}
