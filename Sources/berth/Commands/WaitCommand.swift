import ArgumentParser
import Deploy

/// `berth wait`: waits for a verdict.
struct WaitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait for the verdict on a drop, and exit with it.",
        discussion: """
            It tells each phase as it begins, then the verdict, its reason, and what the failing containers said last. On a \
            terminal it tells each phase as it ends, and what is under way in one living line; Ctrl-C ends the wait, and the \
            deployment goes on.

            With --summary, phases and evidence go to standard error, and Markdown for the summary of a CI job to standard \
            output. With GITHUB_ACTIONS=true in its environment a bad verdict also marks the job with an error.

            \(WaitingOptions.verdictCodes)
              64  the command line is wrong, or berth has no records of the app
              69  the records cannot be read
              75  no verdict in time; the deployment goes on
            """
    )

    @Argument(help: "The app.", completion: .app)
    var app: String

    @Argument(help: "The deployment's number; without it, the last one, which may have ended long ago.")
    var number: Int?

    @Option(
        help: ArgumentHelp(
            "CI's name for this drop (BERTH_REQUEST), instead of a number; of several, the last one.",
            valueName: "name"
        )
    )
    var request: String?

    @OptionGroup var waiting: WaitingOptions
    @OptionGroup var options: ReportOptions

    func validate() throws {
        guard number == nil || request == nil else { throw ValidationError("give a number or --request, not both") }
    }

    func run() {
        Runner.answer { host in
            let reader = try RecordReader(app: app, state: host.state)
            return try await Following(reader: reader, report: options.report, limit: waiting.limit).run(
                target,
                on: host
            )
        }
    }

    private var target: RecordWatch.Target {
        if let request { return .request(request) }
        return number.map(RecordWatch.Target.number) ?? .last
    }
}
