import ArgumentParser
import Deploy
import Linux
import Rules

/// Tells how a deployment goes, and exits with its verdict.
struct Following: Sendable {
    let reader: RecordReader
    let format: Format
    /// How long to wait for the verdict.
    let limit: Duration

    func run(_ target: RecordWatch.Target, on host: Host) async throws -> ExitStatus {
        let watch = RecordWatch(reader, on: host.eventLoop)
        let record = try await withThrowingTaskGroup(of: Record?.self) { group in
            group.addTask {
                var told = 0
                return try await watch.follow(target) { record in told = tell(record, after: told) }
            }
            group.addTask {
                try await host.clock.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        guard let record, let verdict = record.verdict else {
            Terminal.complain("berth: no verdict after \(limit); the deployment goes on, see berth status")
            return .inUse
        }
        Terminal.say(try Render.text(RecordAnswer(record: record, isWhole: false), as: format))
        return ExitStatus(verdict)
    }

    /// Tells the phases that have begun since.
    ///
    /// - Returns: how many there are now.
    private func tell(_ record: Record, after told: Int) -> Int {
        guard format != .json else { return 0 }
        for phase in record.phases.dropFirst(told) { Terminal.say("\(record.app) #\(record.number): \(phase.name)") }
        return record.phases.count
    }
}
