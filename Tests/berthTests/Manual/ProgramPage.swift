import Deploy
import Rules

@testable import berth

/// `berth(1)`: the program as a whole.
struct ProgramPage {
    let root: ToolInfo.Command
    /// The table of what is where, from `docs/install.md`.
    let places: [[String]]
    /// The table of the phases, from README.
    let phases: [[String]]

    var page: ManualPage {
        ManualPage(
            name: "berth",
            part: 1,
            summary: CommandPage.summary(root),
            sections: [
                ManualPage.Section("SYNOPSIS", [.paragraph("`berth` [*command*] [*argument* …]")]),
                ManualPage.Section("DESCRIPTION", ManualPage.Block.blocks(of: Self.description)),
                ManualPage.Section("WORDS", [.list(Self.words)]),
                ManualPage.Section("COMMANDS", commands),
                ManualPage.Section("OPTIONS", [.list(root.visibleArguments.map(\.entry))]),
                ManualPage.Section("PHASES", phaseBlocks),
                ManualPage.Section("VERDICTS AND EXIT STATUS", Self.exitStatus),
                ManualPage.Section("JOURNAL FIELDS", Self.fields),
                ManualPage.Section("ENVIRONMENT", [.list(Self.environment)]),
                ManualPage.Section("FILES", [.list(files)]),
                ManualPage.Section("EXAMPLES", ManualPage.Block.blocks(of: Self.examples)),
                ManualPage.Section("SEE ALSO", [.paragraph(seeAlso)]),
            ]
        )
    }

    private static let description = """
        berth is a deploy agent for Docker Compose apps. CI leaves a small file, `.env.deploy`, in the app's spool on the server. \
        berth takes it, pulls the images of the release, switches the app to them, and checks that the app is healthy. If it \
        is not, berth puts the last good release back. Each drop that berth takes gets exactly one verdict, with a cause and a \
        reason.

        The agent is `berth.service`. All other commands read its records and write drops, as CI does. None talks to the agent: \
        those that read also work while it is down, and a rollback waits for it. Run them with sudo. A member of the group \
        `berth-records` needs none for `berth`, `history`, `show` and `wait`. `logs` needs the group `systemd-journal` or `adm`, \
        `plan` and `prune --dry-run` need Docker's socket, and `check` says what it cannot see.

        An app has a folder with its Compose file and its `.env`, and a table in the settings. See `berth.toml`(5). Its Compose file \
        can say how berth is to deploy a release. See `berth-release`(5).
        """

    private static let examples = """
        What runs, and what is under way:

            sudo berth

        What a drop would do, before CI sends it:

            sudo berth plan shop .env.deploy

        Put the good release back that was there before, and wait until it is healthy:

            sudo berth rollback shop --wait

        Each drop that found no room on the disk:

            sudo journalctl BERTH_CAUSE=no-room
        """

    private static let words = [
        ManualPage.Entry("*drop*", "The file `.env.deploy` by which CI asks for a release. See `berth-drop`(5)."),
        ManualPage.Entry("*spool*", "The folder on the server in which CI leaves the drops of one app."),
        ManualPage.Entry(
            "*release*",
            "What a drop deploys: images, Compose file, variables and files. See `berth-release`(5)."
        ),
        ManualPage.Entry("*deployment*", "What becomes of one drop. Each has a number within its app: `#12`."),
        ManualPage.Entry("*record*", "What berth keeps of a deployment; `berth show` prints it."),
        ManualPage.Entry("*verdict*", "How a deployment ended, in one word. See below."),
        ManualPage.Entry("*switch*", "When new containers take the place of those that run: the phase `up`."),
        ManualPage.Entry("*way back*", "The last good release, which berth puts back if the new one is not healthy."),
    ]

    private var commands: [ManualPage.Block] {
        let entries = root.commands.map { ManualPage.Entry("`\($0.pageName)`(1)", $0.abstract ?? "") }
        guard let command = root.defaultSubcommand else { return [.list(entries)] }
        return [.list(entries), .paragraph("Without a command, it is `berth \(command)`.")]
    }

    private var phaseBlocks: [ManualPage.Block] {
        let entries = phases.filter { $0.count == 3 }.map { row in
            ManualPage.Entry(row[0], "\(Self.sentence(row[1])) If it fails: \(row[2]).")
        }
        return [
            .paragraph(
                """
                A deployment goes through these phases, one after the other. Until `up`, berth touches nothing that runs; from \
                `up` on, a failure leads to `rollback`.
                """
            ),
            .list(entries),
        ]
    }

    // MARK: - Exit status

    private static var exitStatus: [ManualPage.Block] {
        let verdicts = Verdict.allCases.map { verdict in
            ManualPage.Entry("`\(berth.ExitStatus(verdict).code)` (`\(verdict.rawValue)`)", meaning(of: verdict))
        }
        return [
            .paragraph("A command that waits for a verdict exits with the code of the verdict:"), .list(verdicts),
            .paragraph("The other codes are those of `sysexits.h`. The page of each command says which it has."),
            .list(others),
        ]
    }

    private static func meaning(of verdict: Verdict) -> String {
        switch verdict {
        case .deployed: "The release runs and is healthy."
        case .refused: "berth did not start the deployment, or decided against the release."
        case .failed: "The deployment ended before the switch. The app is as it was."
        case .rolledBack: "The release was not healthy. The last good one runs again."
        case .unhealthy:
            """
            The release is not healthy and still runs: there is nothing to go back to, or going back is forbidden.
            """
        case .rollbackFailed: "The release was not healthy, and the way back failed too."
        case .superseded: "A newer drop came while this one waited."
        }
    }

    private static var others: [ManualPage.Entry] {
        [
            (berth.ExitStatus.incomplete, "Not everything that was asked for could be done."),
            (berth.ExitStatus(Cause.noSuchApp), "The command line is wrong, or there is no such app."),
            (berth.ExitStatus(Cause.noSuchRecord), "There is no such record, or the drop cannot be read."),
            (berth.ExitStatus(Cause.engineUnreachable), "What berth needs does not answer, or may not be read."),
            (berth.ExitStatus.software, "berth itself has failed."),
            (berth.ExitStatus.noVerdict, "There is no verdict in time, or another process is at work."),
            (berth.ExitStatus(Cause.settingsInvalid), "The settings are wrong."),
            (berth.ExitStatus.interrupted, "The command was interrupted."),
        ].map { status, text in ManualPage.Entry("`\(status.code)`", text) }
    }

    // MARK: - The rest

    private static var fields: [ManualPage.Block] {
        let entries = JournalField.allCases.map { ManualPage.Entry("`\($0.name)`", sentence($0.meaning)) }
        return [
            .paragraph("The lines of the agent have these fields, by which `journalctl`(1) finds them:"),
            .list(entries),
            .paragraph("`journalctl -x` explains each line that tells an event."),
        ]
    }

    /// The name of the program is written small.
    private static func sentence(_ text: String) -> String {
        (text.hasPrefix("berth ") ? text : text.prefix(1).uppercased() + text.dropFirst()) + "."
    }

    private static let environment = [
        ManualPage.Entry("`NO_COLOR`", "If it is set, a terminal gets no bold text and no colours."),
        ManualPage.Entry("`DOCKER_HOST`", "The Engine's socket, as for `docker`(1): only `unix://` counts."),
        ManualPage.Entry("`DOCKER_CONFIG`", "The folder of the Docker CLI's settings, logins and plugins."),
        ManualPage.Entry("`GITHUB_ACTIONS`", "If it is `true`, a bad verdict also becomes an annotation of the run."),
        ManualPage.Entry(
            "`SUDO_USER`",
            "The person who runs the command by `sudo`(8); the record of a drop has the name."
        ),
        ManualPage.Entry("`TERM`", "If it is `dumb`, as `NO_COLOR`."),
        ManualPage.Entry("`PATH`, `HOME`", "The commands that berth starts get them, and the variables of proxies."),
        ManualPage.Entry(
            "`STATE_DIRECTORY`, `RUNTIME_DIRECTORY`",
            "Where the records and the short-lived files are, instead of `/var/lib/berth` and `/run/berth`. systemd sets them."
        ),
    ]

    /// The rows of the table that name no document of the repository.
    private var files: [ManualPage.Entry] {
        places.filter { $0.count == 2 && $0[1].hasPrefix("`/") }.map { ManualPage.Entry($0[1], Self.sentence($0[0])) }
    }

    private var seeAlso: String {
        let pages =
            root.commands.map { ($0.pageName, 1) } + [
                ("docker", 1), ("journalctl", 1), ("berth-drop", 5), ("berth-release", 5), ("berth.toml", 5),
                ("berth-causes", 7),
            ]
        return pages.map { "`\($0)`(\($1))" }.joined(separator: ", ")
    }
}
