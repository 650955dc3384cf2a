import ArgumentParser
import Deploy
import Linux
import Rules
import SystemPackage

/// `berth receive`: a drop over ssh, and its verdict back.
struct ReceiveCommand: DropCommand {
    static let configuration = CommandConfiguration(
        commandName: "receive",
        abstract: "Take a drop from standard input, and exit with its verdict.",
        discussion: """
            For CI's key, as a forced command in authorized_keys:

              restrict,command="berth receive shop" ssh-ed25519 …

            CI then runs `ssh deploy@server <.env.deploy`. A connection that is lost stops no deployment. Each line of \
            the drop must end in a line feed.

            With the summary of a job of GitHub Actions, appended by `ssh … <.env.deploy >>$GITHUB_STEP_SUMMARY`:

              restrict,command="GITHUB_ACTIONS=true berth receive shop --summary" ssh-ed25519 …

            A person has a key of their own, and a forced command that says whose it is:

              restrict,command="berth receive shop --by alice" ssh-ed25519 …

            \(Self.exitCodes(with: "standard input cannot be read"))
            """
    )

    @Argument(help: "The app.", completion: .app)
    var app: String

    @Option(help: ArgumentHelp("Who drops, whatever BERTH_BY in the drop says.", valueName: "name"))
    var by: String?

    @OptionGroup var waiting: WaitingOptions
    @OptionGroup var options: ReportOptions
    @OptionGroup var settings: SettingsOptions

    /// How long a drop may take to arrive.
    private static let patience = Duration.seconds(60)

    var limit: Duration? { waiting.limit }
    var person: String? { by ?? Surroundings.sudoUser }

    func validate() throws {
        guard by.map(Drop.isWord) ?? true else {
            throw ValidationError("--by takes 1 to 128 printable ASCII characters without spaces")
        }
    }

    func drop() throws -> [UInt8] {
        let drop: [UInt8]
        do {
            drop = try File.read(.standardInput, limit: DropParser.sizeLimit + 1, within: Self.patience)
        } catch .timedOut {
            // rsync, for example, waits for an answer of its own kind, and would wait for ever.
            throw Failure(
                .dropUnreadable,
                "standard input",
                "has not ended after \(Self.patience)",
                hint: "send a drop as it is, such as ssh … <.env.deploy"
            )
        } catch {
            throw Failure(.dropUnreadable, "standard input", "cannot be read: \(error)", hint: "send a drop")
        }
        guard drop.isEmpty || drop.last == UInt8(ascii: "\n") || drop.count > DropParser.sizeLimit else {
            throw Failure(
                .dropUnreadable,
                "the drop",
                "ends in the middle of a line, so it may have been cut off",
                hint: "end its last line"
            )
        }
        return drop
    }
}
