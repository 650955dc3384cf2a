import ArgumentParser
import Deploy

/// `berth status`: what one wants to know first.
struct StatusCommand: Question {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what runs, since when, what is under way, and what is held.",
        discussion: """
            It reads the records alone, so it also works while the agent is down.

            Exit codes:
              0   success, whatever the verdicts
              64  the command line is wrong, or berth has no records of the app
              69  the records cannot be read
            """
    )

    @Argument(help: "The app; without it, all of them.", completion: .app)
    var app: String?

    @OptionGroup var options: AnswerOptions

    func answer(on host: Host) async throws -> Overview { try await Overview(of: app, on: host) }
}
