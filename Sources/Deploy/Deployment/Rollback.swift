import Docker
import DockerModel
import Linux
import Logging
import Rules

extension Deployment {
    /// Puts the last good release back: the same way, with an older record. One attempt.
    ///
    /// - Parameter failure: why the new release cannot stay; it is on record before anything is done.
    func rollBack(to wayBack: WayBack, after failure: Failure) async {
        record.rolledBackTo = wayBack.record.number
        record.reason = failure.reason
        record.evidence = failure.evidence
        log.warning("\(name): rolling back to #\(wayBack.record.number): \(failure.problem)")
        do throws(Setback) {
            try await phase(.rollback) {
                // The Engine may be what failed: the one attempt is not spent on its absence.
                _ = try await reachEngine(within: Self.bootPatience)
                let gate = try await up(wayBack.target)
                try await awaitHealth(wayBack.target, gate)
            }
            await conclude(.rolledBack, failure)
        } catch {
            switch error {
            case .interrupted: log.notice("\(name): stopped during rollback; the next agent goes on from here")
            case .failed(_, let second):
                let both = Failure(
                    "\(failure.problem); and the rollback to #\(wayBack.record.number) failed: \(second.problem)",
                    hint: second.hint,
                    evidence: failure.evidence + second.evidence
                )
                await conclude(.rollbackFailed, both)
            }
        }
    }
}
