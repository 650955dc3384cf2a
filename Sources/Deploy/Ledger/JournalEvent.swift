import Logging
import Rules
import Systemd

/// The kinds of event that a sysadmin may want to match; each is explained in the message catalog (`journalctl -x`).
package enum JournalEvent: String, CaseIterable, Sendable {
    case agentStarted = "agent-started"
    case settingsRejected = "settings-rejected"
    case spoolUnwatchable = "spool-unwatchable"
    case engineUnreachable = "engine-unreachable"
    case engineReachable = "engine-reachable"
    case dropClaimed = "drop-claimed"
    case dropStuck = "drop-stuck"
    case diskGuardStarted = "disk-guard-started"
    case pruneFailed = "prune-failed"
    case deployed
    case refused
    case failed
    case rolledBack = "rolled-back"
    case unhealthy
    case rollbackFailed = "rollback-failed"
    case superseded
    case rollingBack = "rolling-back"
    case drifted
    case wayBackMissing = "way-back-missing"
    case stateUnwritable = "state-unwritable"
    case stuck
    case agentFailed = "agent-failed"
    case notifyFailed = "notify-failed"
    case metricsUnwritable = "metrics-unwritable"

    /// The level of the event's log line.
    package var level: Logger.Level {
        switch self {
        case .agentStarted, .engineReachable, .dropClaimed, .diskGuardStarted, .deployed, .superseded: .notice
        case .refused, .engineUnreachable, .pruneFailed, .rollingBack, .drifted, .wayBackMissing, .notifyFailed,
            .metricsUnwritable:
            .warning
        case .settingsRejected, .spoolUnwatchable, .dropStuck, .failed, .rolledBack, .unhealthy, .stateUnwritable:
            .error
        case .rollbackFailed, .stuck, .agentFailed: .critical
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
    /// Logs an event with its `MESSAGE_ID`.
    package func log(_ event: JournalEvent, _ message: Logger.Message, _ metadata: Logger.Metadata = [:]) {
        let id: Logger.Metadata = ["MESSAGE_ID": "\(event.messageID)"]
        log(level: event.level, message, metadata: metadata.merging(id) { one, _ in one })
    }
}

extension JournalEvent {
    /// The `MESSAGE_ID` of this kind of event, as in `systemd/berth.catalog`. It never changes.
    package var messageID: MessageID {
        switch self {
        case .agentStarted: "9c27cdc45e0a4be0ae18daba2bc07836"
        case .settingsRejected: "55cb062ca7cc4d8a9e48a0664fea13e8"
        case .spoolUnwatchable: "d2db4a4dce5344f7b7f0509a26a3df05"
        case .engineUnreachable: "07a0a240ab504873b768b91a02a50d41"
        case .engineReachable: "dbcdf9b9571240b68931adfe6b801cf7"
        case .dropClaimed: "e433f95ad483461a894fb9bab7166674"
        case .dropStuck: "2f94022a34c94956a315ed922c87218a"
        case .diskGuardStarted: "16b0b4601633420491d0ddb6a7c0e910"
        case .pruneFailed: "c0f0e252706846fda54942c4a0fc7204"
        case .deployed: "997c59e2ccca4d41986fa6d6722342bf"
        case .refused: "060629e763e74c58b39e21c72a411526"
        case .failed: "9f4ace3095974f4bba3110385ddf375f"
        case .rolledBack: "723e73d9b5224143b3a2e74928296afd"
        case .unhealthy: "7882fbadb63d4f1c8d1626ba4f4a2580"
        case .rollbackFailed: "705025dbe453422298c55f1ea67791c6"
        case .superseded: "122012b2ae7848ea893b24be95bbd06a"
        case .rollingBack: "2e267d4b4bf74f37b43d63cc7c227b18"
        case .drifted: "51f5440e43484aa2b092ad7052356904"
        case .wayBackMissing: "44587f99156f41e38c121f3ce30cada9"
        case .stateUnwritable: "a487f50e64ae4928848d5727237481ff"
        case .stuck: "e1e649899b3342efaf577dfd1f2d86c7"
        case .agentFailed: "6ad76d0df18b4fd8bbe0fcdf5e7db14a"
        case .notifyFailed: "a7064387e35846f4bd4471946bd9f518"
        case .metricsUnwritable: "23f474c85057428e852ada28d5ed7ea3"
        }
    }
}
