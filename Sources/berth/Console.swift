import FoundationEssentials
import Glibc
import Logging
import Systemd

/// Tells the story of the journal on standard error, for a person at a terminal.
struct Console: LogHandler {
    /// Whether it tells only what a person who asks must know beside the answer.
    var isAside = false
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel: Logger.Level = .info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        if isAside { return Terminal.complain("berth: \("\(event.message)".printable)") }
        let time = Date().formatted(
            Date.ISO8601FormatStyle(timeSeparator: .colon).time(includingFractionalSeconds: true)
        )
        let own = event.metadata ?? [:]
        let phase = (own["phase"] ?? metadata["phase"]).map { "\($0)" } ?? ""
        let level = event.level >= .warning ? "\(event.level): " : ""
        let column = phase.padding(to: 7)
        let text = Array("\(time) \(column) \(level)\("\(event.message)".printable)\n".utf8)
        _ = write(STDERR_FILENO, text, text.count)
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
