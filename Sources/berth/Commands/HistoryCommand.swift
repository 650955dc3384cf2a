import ArgumentParser
import Deploy

/// `berth history`: the deployments of an app.
struct HistoryCommand: Question {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "List an app's deployments, the newest first.",
        discussion: """
            It reads the records alone, so it also works while the agent is down.

            Exit codes:
              0   success
              1   a record cannot be read
              64  the command line is wrong, or berth has no records of the app
              69  the records cannot be read
            """
    )

    @Argument(help: "The app.", completion: .app)
    var app: String

    @Option(name: [.customShort("n"), .long], help: ArgumentHelp("How many of them.", valueName: "count"))
    var lines = 20

    @Flag(help: "All of them.")
    var all = false

    @OptionGroup var options: AnswerOptions

    func answer(on host: Host) async throws -> Deployments {
        try RecordReader(app: app, state: host.state).last(all ? nil : max(0, lines))
    }
}
