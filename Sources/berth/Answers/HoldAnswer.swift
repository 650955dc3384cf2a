import Rules

/// Whether an app is held, and why.
struct HoldAnswer: Answer {
    let app: AppName
    let hold: String?

    var exitStatus: ExitStatus { .success }

    func passages(_ moments: Moments) -> [Passage] {
        [.line(hold.map { "\(app) is held: \($0)" } ?? "\(app) is not held; run the CI job of a refused drop again")]
    }
}
