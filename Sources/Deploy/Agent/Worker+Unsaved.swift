import NIOCore
import Rules

/// Verdicts for which the disk had no room.
extension Worker {
    /// Tries to save them, and rings in a while if that fails. Without a verdict on record, the next agent would take a
    /// deployment up again, and `berth prune` would spare its images.
    @inline(never)
    func saveAgain() async {
        guard !unsaved.isEmpty else { return }
        let saved = unsaved.filter { (try? store.save($0)) != nil }
        unsaved.removeAll { record in saved.contains { $0.number == record.number } }
        for record in saved {
            guard let verdict = record.verdict else { continue }
            DeploymentLog(log, app: app.name, number: record.number, request: record.request).notice(
                "its verdict is on record now"
            )
            await status.end("#\(record.number) \(verdict)", of: record.number, for: app.name)
        }
        guard !unsaved.isEmpty else { return }
        nextSave?.cancel()
        nextSave = host.eventLoop.scheduleTask(in: Self.pause) { [ring] in _ = ring.yield() }
    }

    private static var pause: TimeAmount { .seconds(5) }
}
