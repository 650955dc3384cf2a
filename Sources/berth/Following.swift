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
        let seen = Seen()
        let outcome = try await withThrowingTaskGroup(of: Outcome?.self) { group in
            group.addTask {
                let watch = RecordWatch(reader, on: host.eventLoop)
                var told = 0
                let record = try await watch.follow(target, begin: begin, isGone: { spool?.isEmpty ?? false }) { news in
                    await seen.set()
                    told = tell(news, after: told)
                }
                return record.map(Outcome.ended) ?? .overtaken
            }
            group.addTask {
                try await host.clock.sleep(for: min(limit, Self.patience))
                if await !seen.isSet {
                    Terminal.complain("berth: no agent has taken the drop yet; see berth status")
                }
                try await host.clock.sleep(for: max(limit - Self.patience, .zero))
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        return try end(outcome, await seen.isSet)
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

    /// Tells the phases that have begun since.
    ///
    /// - Returns: how many there are now.
    private func tell(_ news: RecordWatch.News, after told: Int) -> Int {
        switch news {
        case .nameless(let record):
            let reason = record.reason ?? ""
            Terminal.complain(
                "berth: \(record.app) #\(record.number) was refused, and may be this one: \(reason.inOneLine)"
            )
            return told
        case .record(let record):
            guard let stream = report.stream else { return 0 }
            for phase in record.phases.dropFirst(told) {
                Terminal.put("\(record.app) #\(record.number): \(phase.name)", on: stream)
            }
            return record.phases.count
        }
    }
}

/// Whether there was anything to tell.
private actor Seen {
    private(set) var isSet = false

    func set() { isSet = true }
}
