import ArgumentParser
import Deploy

/// `berth hold`: no drop of an app is deployed for a while.
struct HoldCommand: Question {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Deploy no drop of an app until berth resume.",
        discussion: """
            Drops are refused meanwhile, with the reason and your name, so that CI has its answer at once. A deployment under \
            way goes on, and a rollback by root (sudo berth rollback) works all the same.

            Exit codes:
              0   the app is held
              64  the command line is wrong, or berth has no records of the app
              69  the hold cannot be written
            """
    )

    @Argument(help: "The app.", completion: .app)
    var app: String

    @Argument(help: "Why, in words for the person whose drop is refused.")
    var reason: [String]

    @OptionGroup var options: AnswerOptions

    func answer(on host: Host) async throws -> HoldAnswer {
        let reader = try RecordReader(app: app, state: host.state)
        try reader.mayWrite()
        try reader.store.hold(because: "\(reason.joined(separator: " ")) (\(Surroundings.person))")
        return HoldAnswer(app: reader.app, hold: reader.store.hold)
    }
}

/// `berth resume`: the end of a hold.
struct ResumeCommand: Question {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Deploy drops of an app again, after berth hold.",
        discussion: """
            Exit codes:
              0   the app is not held, or no longer
              64  the command line is wrong, or berth has no records of the app
              69  the hold cannot be removed
            """
    )

    @Argument(help: "The app.", completion: .app)
    var app: String

    @OptionGroup var options: AnswerOptions

    func answer(on host: Host) async throws -> HoldAnswer {
        let reader = try RecordReader(app: app, state: host.state)
        try reader.mayWrite()
        _ = try reader.store.resume()
        return HoldAnswer(app: reader.app, hold: nil)
    }
}
