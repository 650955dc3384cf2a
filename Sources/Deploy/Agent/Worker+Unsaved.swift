import NIOCore
import Rules

/// Verdicts for which the disk had no room.
extension Worker {
    /// Tries to save them, and again in a while if that fails. Without a verdict on record, the next agent would take a
    /// deployment up again, and `berth prune` would spare its images.
    @inline(never)
    func saveAgain() async {
        guard !unsaved.isEmpty else { return }
        let saved = unsaved.filter { (try? store.save($0)) != nil }
        unsaved.removeAll { record in saved.contains { $0.number == record.number } }
        for record in saved {
            guard let verdict = record.verdict else { continue }
            let log = DeploymentLog(log, app: app.name, number: record.number, request: record.request)
            log.notice("its verdict is on record now")
            guard record.number == history.lastNumber else { continue }
            await status.end("#\(record.number) \(verdict)", of: record.number, for: app.name)
        }
        if !unsaved.isEmpty { saveLater() }
    }

    /// In a task of its own: a deployment, or nothing at all, may go on for hours, and a worker that is retired has ended.
    func saveLater() {
        nextSave?.cancel()
        nextSave = host.eventLoop.scheduleTask(in: .seconds(5)) { [executor = host.executor] in
            Task(executorPreference: executor) { await self.saveAgain() }
        }
    }
}
