import DockerModel
import Linux
import Rules

/// Everything that the metrics tell, as one value.
struct Figures: Equatable, Sendable {
    struct App: Equatable, Sendable {
        var deployments: [Verdict: Int] = [:]
        /// When a drop last ended so.
        var verdicts: [Verdict: Timestamp] = [:]
        var running: Int?
        var phases: [Record.PhaseTime] = []
        var wayBack: WayBackFound?
        var isHeld = false
        /// Nil if that is not known.
        var hasDrift: Bool?
    }

    /// What a proof of the way back has come to.
    struct WayBackFound: Equatable, Sendable {
        let isProven: Bool
        let moment: Timestamp
    }

    let version: String
    var apps: [AppName: App] = [:]
    /// Nil before the first look.
    var usage: Usage?
    /// In percent.
    var guardLimit = DiskSettings().guard
    var guardRuns = 0
    /// The longest turn of the event loop.
    var longestTurn = Duration.zero

    /// The textfile (prometheus.io, "Exposition formats").
    var text: String { Metric.allCases.map { Exposition.text(of: $0, samples(of: $0)) }.joined() }

    private func samples(of metric: Metric) -> [Exposition.Sample] {
        switch metric {
        case .buildInfo: [Exposition.Sample([version], 1)]
        case .usedRatio: (usage?.filesystems ?? []).map { Exposition.Sample([$0.path], Double($0.percent) / 100) }
        case .guardLimit: [Exposition.Sample([], Double(guardLimit) / 100)]
        case .guardRuns: [Exposition.Sample([], Double(guardRuns))]
        case .longestTurn: [Exposition.Sample([], longestTurn.inSeconds)]
        default:
            apps.sorted { $0.key < $1.key }.flatMap { name, app in
                app.samples(of: metric).map { Exposition.Sample([name.description] + $0.labels, $0.value) }
            }
        }
    }
}

extension Figures.App {
    /// The samples, without the label of the app; none for what is not known.
    fileprivate func samples(of metric: Metric) -> [Exposition.Sample] {
        switch metric {
        case .deployments:
            Verdict.allCases.map { Exposition.Sample([$0.rawValue], Double(deployments[$0] ?? 0)) }
        case .verdictTime:
            Verdict.allCases.map { Exposition.Sample([$0.rawValue], verdicts[$0]?.inSeconds ?? 0) }
        case .running: [Exposition.Sample([], Double(running ?? 0))]
        case .phaseSeconds: phaseSeconds
        case .wayBackProven: one(wayBack.map { $0.isProven ? 1 : 0 })
        case .wayBackTime: one(wayBack?.moment.inSeconds)
        case .held: [Exposition.Sample([], isHeld ? 1 : 0)]
        case .drift: one(hasDrift.map { $0 ? 1 : 0 })
        case .buildInfo, .usedRatio, .guardLimit, .guardRuns, .longestTurn: []
        }
    }

    private func one(_ value: Double?) -> [Exposition.Sample] { value.map { [Exposition.Sample([], $0)] } ?? [] }

    /// A phase that was resumed stands in a record more than once, and must not make a series twice.
    private var phaseSeconds: [Exposition.Sample] {
        Phase.allCases.compactMap { phase in
            let times = phases.filter { $0.name == phase }.compactMap(\.seconds)
            guard !times.isEmpty else { return nil }
            return Exposition.Sample([phase.rawValue], (times.reduce(0, +) * 1000).rounded() / 1000)
        }
    }
}

extension Timestamp {
    /// Since 1970, with milliseconds.
    fileprivate var inSeconds: Double { Double(nanoseconds / 1_000_000) / 1000 }
}
