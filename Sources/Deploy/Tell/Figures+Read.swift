import DockerModel
import Rules

extension Figures.App {
    /// Takes what the app's history and its records have.
    mutating func read(_ history: History, _ store: Store) {
        deployments = Dictionary(uniqueKeysWithValues: Verdict.allCases.map { ($0, history.count(of: $0)) })
        verdicts = [:]
        for verdict in Verdict.allCases {
            guard let entry = history.entries.last(where: { $0.verdict == verdict }) else { continue }
            // A verdict for which the disk had no room is in memory alone.
            verdicts[verdict] = store.outline(of: entry.number)?.ended ?? entry.received
        }
        running = history.running?.number
        let last = history.entries.last { $0.verdict != .refused && $0.verdict != .superseded }
        phases = last.flatMap { store.outline(of: $0.number) }?.phases ?? []
    }
}
