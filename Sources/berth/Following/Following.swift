import ArgumentParser
import Deploy
import Linux
import Rules

/// Tells how a deployment goes, and exits with its verdict.
struct Following: Sendable {
    let reader: RecordReader
    let report: Report
    /// How long to wait for the verdict.
    let limit: Duration

    /// How long a drop may lie in the spool before that is told.
    private static let patience = Duration.seconds(10)

    /// - Parameter spool: where the drop is put by `begin`; nil if it is there already, or was taken.
    func run(
        _ target: RecordWatch.Target,
        on host: Host,
        spool: Spool? = nil,
        begin: @escaping @Sendable () throws -> Void = {}
    ) async throws -> ExitStatus {
        let telling = Telling(report, of: reader)
        do {
            let outcome = try await withThrowingTaskGroup(of: Outcome?.self) { group in
                group.addTask {
                    let watch = RecordWatch(reader, on: host.eventLoop)
                    let record = try await watch.follow(
                        target,
                        begin: begin,
                        isGone: { spool?.isEmpty ?? false },
                        { await telling.take($0) }
                    )
                    return record.map(Outcome.ended) ?? .overtaken
                }
                group.addTask {
                    try await host.clock.sleep(for: min(limit, Self.patience))
                    if await !telling.hasNews {
                        await telling.complain("berth: no agent has taken the drop yet; see berth status")
                    }
                    try await host.clock.sleep(for: max(limit - Self.patience, .zero))
                    return nil
                }
                if telling.isLive {
                    group.addTask {
                        try await telling.keepAlive(host.clock)
                        return nil
                    }
                }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
            await telling.end()
            return try end(outcome, await telling.hasNews)
        } catch {
            let record = await telling.end()
            guard Task.isCancelled else { throw error }
            return interrupted(record)
        }
    }

    private enum Outcome: Sendable {
        case ended(Record)
        case overtaken
    }

    private func end(_ outcome: Outcome?, _ hasBegun: Bool) throws -> ExitStatus {
        switch outcome {
        case .ended(let record):
            if report == .summary {
                let answer = RecordAnswer(record: record, isWhole: false)
                Terminal.put(try Render.text(answer, as: Terminal.format(of: .error)), on: .error)
            }
            try report.tell(record, of: reader, isWhole: false)
            return record.verdict.map(ExitStatus.init) ?? .noVerdict
        case .overtaken:
            Terminal.complain("berth: a newer drop took this one's place in the spool, and has a verdict of its own")
            return ExitStatus(Verdict.superseded)
        case nil:
            let rest = hasBegun ? "the deployment goes on" : "the drop is deployed once an agent takes it"
            Terminal.complain("berth: no verdict after \(limit); \(rest), see berth status")
            return .noVerdict
        }
    }

    /// The person has enough of waiting.
    private func interrupted(_ record: Record?) -> ExitStatus {
        let rest = record.map { "the deployment goes on; berth wait \($0.app) \($0.number) waits for its verdict" }
        Terminal.complain("berth: \(rest ?? "the wait has ended; what was dropped is deployed, see berth status")")
        return .interrupted
    }
}
