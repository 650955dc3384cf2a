import Deploy
import DockerModel
import Rules

/// What a person has been told of a deployment under way, and what is to be told next.
struct Course: Equatable {
    /// Whether there is a line that is written anew each second. Without it, a phase is told as it begins.
    let isLive: Bool
    /// `shop`, until the deployment has a number.
    let app: AppName
    private(set) var record: Record?
    private var told = 0
    /// When what is under way began, as far as it was seen.
    private var seen: Timestamp

    init(isLive: Bool, app: AppName, at now: Timestamp) {
        (self.isLive, self.app, seen) = (isLive, app, now)
    }

    /// - Returns: the lines for what has happened since.
    mutating func take(_ next: Record, at now: Timestamp) -> [String] {
        if next.phases.count != record?.phases.count || next.started != record?.started { seen = now }
        record = next
        let isOver = !isLive || next.verdict != nil
        let phases = isOver ? next.phases : next.phases.dropLast()
        defer { told = max(told, phases.count) }
        return phases.dropFirst(told).map { phase in
            let line = "\(app) #\(next.number): \(phase.name)"
            return isLive ? "\(line.padded(by: phase.name)) \(phase.seconds?.inWords ?? "interrupted")" : line
        }
    }

    /// What is under way, and for how long.
    ///
    /// - Parameter pulled: how many of how many images are on the host, while they are pulled.
    func now(_ moment: Timestamp, pulled: Pulled?) -> String {
        guard let record, let phase = record.phases.last else {
            return "\(app): the drop waits for the agent \(time(since: seen, to: moment))"
        }
        let name = "\(app) #\(record.number): "
        guard let began = record.began(seen: seen) else {
            return name + "waits for its turn \(time(since: seen, to: moment))"
        }
        let images = phase.name == .pull ? pulled.map { ", \($0.done) of \($0.all) images" } ?? "" : ""
        return "\((name + phase.name.rawValue).padded(by: phase.name)) \(time(since: began, to: moment))\(images)"
    }

    private func time(since begin: Timestamp, to moment: Timestamp) -> String {
        let seconds = max(0, (moment - begin).components.seconds)
        return seconds < 60 ? "\(seconds) s" : "\(seconds / 60) min \(seconds % 60) s"
    }
}

extension Record {
    /// When the phase under way began, by how long those before it took; nil before the deployment's turn.
    ///
    /// - Parameter seen: the answer if an agent ended in one of them.
    fileprivate func began(seen: Timestamp) -> Timestamp? {
        guard let started else { return nil }
        let ended = phases.dropLast().filter { $0.name != .claim }.map(\.seconds)
        guard resumed == nil, !ended.contains(nil) else { return seen }
        return started + .milliseconds(Int64(min(ended.reduce(0) { $0 + ($1 ?? 0) }, 1_000_000_000) * 1000))
    }
}

extension String {
    /// With blanks after a phase's name, so that what follows stands in one column.
    fileprivate func padded(by phase: Phase) -> String {
        let longest = Phase.allCases.map(\.rawValue.count).max() ?? 0
        return self + String(repeating: " ", count: longest - phase.rawValue.count)
    }
}
