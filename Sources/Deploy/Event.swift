import Logging
import Systemd

/// The kinds of event that a sysadmin may want to match; each is explained in the message catalog (`journalctl -x`).
package enum Event: String, CaseIterable, Sendable {
    case agentStarted = "agent-started"
    case settingsRejected = "settings-rejected"
    case spoolUnwatchable = "spool-unwatchable"
    case engineUnreachable = "engine-unreachable"
    case engineReachable = "engine-reachable"
    case dropClaimed = "drop-claimed"
    case dropStuck = "drop-stuck"
    case deployed
    case refused
    case failed
    case rolledBack = "rolled-back"
    case unhealthy
    case rollbackFailed = "rollback-failed"
    case superseded

    /// How much a line about this matters.
    package var level: Logger.Level {
        switch self {
        case .agentStarted, .engineReachable, .dropClaimed, .deployed, .superseded: .notice
        case .refused, .engineUnreachable: .warning
        case .settingsRejected, .spoolUnwatchable, .dropStuck, .failed, .rolledBack, .unhealthy: .error
        case .rollbackFailed: .critical
        }
    }

    init(_ verdict: Verdict) {
        self =
            switch verdict {
            case .deployed: .deployed
            case .refused: .refused
            case .failed: .failed
            case .rolledBack: .rolledBack
            case .unhealthy: .unhealthy
            case .rollbackFailed: .rollbackFailed
            case .superseded: .superseded
            }
    }
}

extension Logger {
    /// Logs an event of a kind that can be matched by its `MESSAGE_ID`.
    func log(_ event: Event, _ message: Logger.Message, _ metadata: Logger.Metadata = [:]) {
        let id: Logger.Metadata = ["MESSAGE_ID": "\(event.messageID)"]
        log(level: event.level, message, metadata: metadata.merging(id) { one, _ in one })
    }

    /// Logs how a drop ended, the one line that a sysadmin is to read.
    func verdict(of record: Record) {
        guard let verdict = record.verdict else { return }
        var message = "\(record.app) #\(record.number): \(verdict)"
        if let reason = record.reason { message += ": \(reason)" }
        log(Event(verdict), "\(message)", record.metadata)
    }
}

extension Record {
    /// What every line about this deployment carries as journal fields.
    var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = ["app": "\(app)", "deployment": "\(number)"]
        if let request { metadata["request"] = "\(request)" }
        if let verdict { metadata["verdict"] = "\(verdict)" }
        if let tag = variables["IMAGE_TAG"] { metadata["imageTag"] = "\(tag)" }
        return metadata
    }
}

extension Event {
    /// What journald knows this kind of event by, as in `systemd/berth.catalog`.
    package var messageID: MessageID {
        switch self {
        default: "00000000000000000000000000000000"
        }
    }
}
