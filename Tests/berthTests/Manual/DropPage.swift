import Rules

/// `berth-drop(5)`: the file that CI drops.
struct DropPage {
    var page: ManualPage {
        ManualPage(
            name: "berth-drop",
            part: 5,
            summary: "the file .env.deploy by which CI asks berth for a release",
            sections: [
                ManualPage.Section("DESCRIPTION", ManualPage.Block.blocks(of: Self.description)),
                ManualPage.Section("FORMAT", ManualPage.Block.blocks(of: Self.format)),
                ManualPage.Section("DIRECTIVES", directives),
                ManualPage.Section("CREDENTIAL", ManualPage.Block.blocks(of: Self.credential)),
                ManualPage.Section("VARIABLES", ManualPage.Block.blocks(of: Self.variables)),
                ManualPage.Section("BARRED NAMES", barredNames),
                ManualPage.Section("LIMITS", ManualPage.Block.blocks(of: Self.limits)),
                ManualPage.Section("EXAMPLES", ManualPage.Block.blocks(of: Self.examples)),
                ManualPage.Section(
                    "FILES",
                    [.list([ManualPage.Entry("`/var/spool/berth/<app>/.env.deploy`", "A drop, until berth takes it.")])]
                ),
                ManualPage.Section("SEE ALSO", [.paragraph(Self.seeAlso)]),
            ]
        )
    }

    private static let seeAlso =
        "`berth-deploy`(1), `berth-plan`(1), `berth-receive`(1), `berth-wait`(1), `berth-release`(5), `berth.toml`(5), `berth-causes`(7)"

    private static let description = """
        A drop is a small text file with the name `.env.deploy` in the spool of an app. It says which release is to run. berth \
        takes it as soon as it is complete, puts it on record, deletes it, and deploys the app. Nothing in a drop is executed.

        rsync and `mv` put a file in place in one step, and are the best way. berth takes a file that is written in place (`scp`, \
        `cp`) when its writer closes it; a writer that is cut off half-way leaves half a drop. `berth receive` takes a drop over \
        SSH, and waits for the verdict.

        An app has one deployment at a time. A drop that comes meanwhile waits, and a newer one takes the place of one that \
        waits.
        """

    private static let format = """
        Each line is `NAME=VALUE`. The value is everything after the first `=`, literally: no quotes, no expansion. A name has \
        letters, digits and underscores, and begins with no digit. The text is UTF-8. If a name comes twice, the last line counts. \
        A carriage return at the end of a line is dropped.

        Lines without `=`, and comments that begin with `#`, are skipped. berth refuses the whole drop if a line has an `=` \
        that it does not understand, such as one that begins with a blank or a byte order mark. It also refuses a drop that sets \
        nothing.
        """

    private static let credential = """
        `\(CredentialNames.github.user)` and `\(CredentialNames.github.token)` log in to the app's registry for the pull of this \
        drop. The token is in the drop until berth has the drop on record, and during the pull in a private file in `/run/berth`, \
        which is memory. It is in no variable of Compose, no argument list, journal or record. Without a login in the drop, berth \
        uses the logins of user `berth`. The setting `credential` names other variables, and `registry` the registry.
        """

    private static let variables = """
        Each other line is a variable for the Compose file, in addition to the app's own `.env`. It is kept in the record, because \
        a rollback needs it. Secrets of the app belong in its `.env`.

        If a name sounds like a secret, such as `SENTRY_AUTH_TOKEN`, berth keeps its value out of the record and the journal. If the \
        Compose file, `.env` or an `env_file` uses it too, berth refuses the drop, unless `variables` in the settings names it.

        A drop chooses tags and plain values. berth refuses a drop whose variables choose another repository than the setting \
        `images` or the last good release allows; a path outside the app's folder; or rights of a container, such as `privileged`.
        """

    private static let limits = """
        A drop has at most \(DropParser.sizeLimit / 1024) KiB and \(DropParser.countLimit) variables. berth takes \
        \(DropRate<ContinuousClock.Instant>.burst) drops of an app at once, and after that one in \
        \(DropRate<ContinuousClock.Instant>.interval.components.seconds) seconds; the others wait in the spool.
        """

    private static let examples = """
        A release, with the credential of the CI job and its name for this drop:

            IMAGE_TAG=v2
            REGISTRY_OWNER=acme
            GITHUB_ACTOR=ci
            GITHUB_TOKEN=…
            BERTH_REQUEST=4711-1

        The good release before the one that runs:

            BERTH_ROLLBACK_TO=previous
        """

    private var directives: [ManualPage.Block] {
        let entries = Directive.allCases.flatMap { directive in
            directive.values.map { value in
                let isPlaceholder = value.value.hasPrefix("*")
                let term =
                    isPlaceholder ? "`\(directive.rawValue)=`\(value.value)" : "`\(directive.rawValue)=\(value.value)`"
                return ManualPage.Entry(term, value.meaning)
            }
        }
        return [
            .paragraph("These lines ask something of berth itself, and Compose does not get them:"), .list(entries),
            .paragraph("Any other name that begins with `\(Directive.prefix)` is refused, and so is any other value."),
        ]
    }

    private var barredNames: [ManualPage.Block] {
        let entries = BarredNames.groups.map { group in
            let names = (group.prefixes.map { "\($0)*" } + group.names).sorted().map { "`\($0)`" }
            return ManualPage.Entry(names.joined(separator: ", "), "Barred: \(group.reason).")
        }
        return [
            .paragraph(
                """
                A drop may not set these names, because they steer berth, docker or a program that they start, and not the app. \
                A name with `*` stands for each name that begins so.
                """
            ),
            .list(entries),
        ]
    }
}
