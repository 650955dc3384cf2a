/// A metric of the textfile, as Prometheus names it (prometheus.io, "Metric and label naming"). `docs/metrics.md` explains
/// each.
enum Metric: String, CaseIterable, Sendable {
    case buildInfo = "berth_build_info"
    case deployments = "berth_deployments_total"
    case verdictTime = "berth_verdict_timestamp_seconds"
    case running = "berth_running_deployment"
    case phaseSeconds = "berth_deployment_phase_seconds"
    case wayBackProven = "berth_way_back_proven"
    case wayBackTime = "berth_way_back_proof_timestamp_seconds"
    case held = "berth_held"
    case drift = "berth_drift"
    case usedRatio = "berth_filesystem_used_ratio"
    case guardLimit = "berth_disk_guard_limit_ratio"
    case guardRuns = "berth_disk_guard_runs_total"
    case longestTurn = "berth_event_loop_longest_turn_seconds"

    enum Kind: String, Sendable {
        case counter, gauge
    }

    var kind: Kind {
        switch self {
        case .deployments, .guardRuns: .counter
        default: .gauge
        }
    }

    /// The names of the labels that its samples have, in order.
    var labels: [String] {
        switch self {
        case .buildInfo: ["version"]
        case .deployments, .verdictTime: ["app", "verdict"]
        case .running, .wayBackProven, .wayBackTime, .held, .drift: ["app"]
        case .phaseSeconds: ["app", "phase"]
        case .usedRatio: ["path"]
        case .guardLimit, .guardRuns, .longestTurn: []
        }
    }

    var help: String {
        switch self {
        case .buildInfo: "The version of the agent; always 1."
        case .deployments: "Drops that ended with this verdict."
        case .verdictTime: "When a drop last ended with this verdict; 0 for never."
        case .running: "The number of the deployment whose release runs; 0 if that is not known."
        case .phaseSeconds: "How long each phase took in the last drop that was neither refused nor superseded."
        case .wayBackProven: "Whether a rollback would find all that it needs, as of the last proof."
        case .wayBackTime: "When the way back was last looked at."
        case .held: "Whether a person holds the app, so that drops are refused."
        case .drift: "Whether what runs differed from what berth has deployed, when berth looked last."
        case .usedRatio: "How full a filesystem was when berth looked last: of space or inodes, whichever is scarcer."
        case .guardLimit: "The setting guard: above it the disk guard makes room."
        case .guardRuns: "How often the disk guard had to make room, since the agent started."
        case .longestTurn: "The longest time for which the agent heard of nothing new, since it started."
        }
    }
}
