import ArgumentParser
import Deploy

/// `berth rollback`: an older good release, by hand.
struct RollbackCommand: DropCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Put an older good release back.",
        discussion: """
            It needs no registry: the images of the last good releases are on the host. `berth history` lists them.

            \(Self.exitCodes)
            """
    )

    @Argument(help: "The app, as the settings name it.", completion: .app)
    var app: String

    @Argument(help: "The number of a good deployment; without it, the good release before the one that runs.")
    var number: Int?

    @Flag(help: "Also across a release that says rollback: never.")
    var force = false

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
        let target = number.map(String.init) ?? "previous"
        return Array("BERTH_ROLLBACK_TO=\(target)\n\(force ? "BERTH_FORCE=1\n" : "")".utf8)
    }
}
