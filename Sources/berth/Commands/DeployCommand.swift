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

    @Argument(help: "The app, as the settings name it.", completion: .app)
    var app: String

    @Argument(help: "The lines of the drop, such as IMAGE_TAG=v2.")
    var lines: [String]

    @Flag(help: "Wait for the verdict, and exit with it.")
    var wait = false

    @OptionGroup var waiting: WaitingOptions
    @OptionGroup var options: ReportOptions
    @OptionGroup var settings: SettingsOptions

    var limit: Duration? { wait ? waiting.limit : nil }

    func validate() throws {
        guard wait || !options.summary else { throw ValidationError("--summary needs --wait") }
    }

    func drop() throws -> [UInt8] {
        let app = try settings.load().app(app)
        let drop = Array(lines.map { $0 + "\n" }.joined().utf8)
        for name in DropParser.parse(drop).assignments.map(\.name)
        where name == app.credential.token || SecretName.matches(name) {
            throw ValidationError("others could see \(name) in the command line: send the drop to berth receive")
        }
        return drop
    }
}
