import ArgumentParser
import Deploy
import Glibc
import Rules

/// `berth logs`: the journal of an app.
struct LogsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Show what the journal has of an app, or of one deployment.",
        discussion: """
            It runs journalctl with berth's own fields, so that no other program's lines are taken for berth's:

              journalctl _SYSTEMD_UNIT=berth.service BERTH_APP=shop BERTH_DEPLOYMENT=12

            The exit code is that of journalctl; 64 if the command line is wrong.
            """
    )

    @Argument(help: "The app.", completion: .app)
    var app: String

    @Argument(help: "The deployment's number; without it, all of them.")
    var number: Int?

    @Flag(name: .shortAndLong, help: "Go on with what comes.")
    var follow = false

    @Option(name: [.customShort("n"), .long], help: ArgumentHelp("How many lines, the newest.", valueName: "count"))
    var lines: Int?

    @OptionGroup var options: AnswerOptions

    func validate() throws {
        // It becomes a part of a match.
        guard AppName(app) != nil else { throw ValidationError("\(app) is not a valid app name") }
    }

    func run() throws {
        let arguments =
            [
                "journalctl", "--output=\(options.json ? "json" : "short-iso")", "_SYSTEMD_UNIT=berth.service",
                "BERTH_APP=\(app)",
            ]
            + (number.map { ["BERTH_DEPLOYMENT=\($0)"] } ?? []) + (follow ? ["--follow"] : [])
            + (lines.map { ["--lines=\($0)"] } ?? [])
        var pointers = arguments.map { strdup($0) } + [nil]
        execvp("journalctl", &pointers)
        Terminal.complain("berth: journalctl cannot be started: \(String(cString: strerror(errno)))")
        throw ExitCode(EX_UNAVAILABLE)
    }
}
