import ArgumentParser
import Deploy
import Rules

/// `berth deploy`: a drop by hand.
struct DeployCommand: DropCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy",
        abstract: "Drop a release by hand.",
        discussion: """
            It writes the lines into the app's spool, as CI does: berth deploy shop IMAGE_TAG=v2 --wait. The registry's \
            login is that of user berth; a token has no place in a command line, which others can read.

            \(Self.exitCodes)
            """
    )

    @Argument(help: "The app, as the settings name it.")
    var app: String

    @Argument(help: "The lines of the drop.")
    var lines: [String]

    @Flag(help: "Wait for the verdict, and exit with it.")
    var wait = false

    @OptionGroup var waiting: WaitingOptions
    @OptionGroup var options: AnswerOptions
    @OptionGroup var settings: SettingsOptions

    var limit: Duration? { wait ? waiting.limit : nil }

    func drop() throws -> [UInt8] {
        let app = try settings.load().app(app)
        for line in lines where [app.credential.user, app.credential.token].contains(String(line.prefix { $0 != "=" }))
        {
            throw Failure(
                .nameBarred,
                app.credential.token,
                "would be seen by others in the command line",
                hint: "send it to berth receive on standard input, or log user berth in"
            )
        }
        return Array(lines.map { $0 + "\n" }.joined().utf8)
    }
}
