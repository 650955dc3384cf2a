import Rules

/// The guard that was `[ "$DISK_USAGE" -gt 80 ] && docker system prune -af --volumes`, before the pull. If there is room
/// enough, no prune delays the pull.
struct Room: Sendable {
    let disk: DiskGuard
    let settings: DiskSettings
    let log: DeploymentLog

    /// Makes room. A failed prune does not stop the deployment; a full disk does.
    func run() async throws(Failure) {
        guard let before = disk.usage(), isNeeded(before) else { return }
        let report = await disk.pruneInTurn(.guarded, patience: patience(before), log)
        let usage = if let report { report.after } else { disk.usage() }
        guard let fullest = usage?.fullest, fullest.percent > settings.refuse else { return }
        let attempt =
            switch report?.isComplete {
            case nil: "a prune was not possible now"
            case true?: "nothing more may be removed"
            case false?: "the prune was incomplete"
            }
        let occupants = await disk.occupants(of: fullest, kept: report?.kept ?? [])
        let biggest =
            occupants.isEmpty ? "" : "; the biggest things there: " + occupants.map { "\($0)" }.joined(separator: "; ")
        throw Failure(
            .noRoom,
            "there is no room:",
            "\(fullest), more than \(settings.refuse) %, and \(attempt)\(biggest)",
            hint: "make room and drop it again; see du \(fullest.lacksInodes ? "--inodes " : "")-xh \(fullest.path)"
        )
    }

    private func isNeeded(_ usage: Usage) -> Bool {
        GuardState(settings).isCalledFor(usage) || usage.fullest.map { $0.percent > settings.refuse } ?? false
    }

    /// How long a prune waits for the pulls of other apps: briefly, and longer if the drop would otherwise be refused.
    private func patience(_ usage: Usage) -> Duration {
        let isDecisive = usage.filesystems.contains { !$0.holds.isEmpty && $0.percent > settings.refuse }
        return isDecisive ? .seconds(30 * 60) : .seconds(120)
    }
}
