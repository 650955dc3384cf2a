import ArgumentParser
import Deploy

/// `berth show`: one deployment.
struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a deployment: its verdict, images, phases, steps and evidence.",
        discussion: """
            It reads the record alone, so it also works while the agent is down.

            Exit codes:
              0   success, whatever the verdict
              64  the command line is wrong, or berth has no records of the app
              66  there is no such record
              69  the record cannot be read
            """
    )

    @Argument(help: "The app.", completion: .app)
    var app: String

    @Argument(help: "The deployment's number; without it, the last one.")
    var number: Int?

    @OptionGroup var options: ReportOptions

    func run() {
        Runner.answer { host in
            let reader = try RecordReader(app: app, state: host.state)
            try options.report.tell(try reader.record(number), of: reader, isWhole: true)
            return .success
        }
    }
}
