import Rules

/// `berth-release(5)`: the settings of a release, as their declarations and `docs/releases.md` say.
struct ReleasePage {
    /// The sections of `docs/releases.md`.
    let health: String
    let wayBack: String
    let settings: String

    var page: ManualPage {
        ManualPage(
            name: "berth-release",
            part: 5,
            summary: "how a release says that berth is to deploy it: x-berth in its Compose file",
            sections: [
                ManualPage.Section("DESCRIPTION", ManualPage.Block.blocks(of: Self.description)),
                ManualPage.Section("KEYS", keys),
                ManualPage.Section("EXAMPLES", examples),
                ManualPage.Section("WHEN A RELEASE IS HEALTHY", Self.paragraphs(health)),
                ManualPage.Section("WHEN IT IS NOT", Self.paragraphs(wayBack)),
                ManualPage.Section("FILES", [.list(Self.files)]),
                ManualPage.Section(
                    "SEE ALSO",
                    [.paragraph("`berth`(1), `berth-plan`(1), `berth-drop`(5), `berth.toml`(5), `berth-causes`(7)")]
                ),
            ]
        )
    }

    private static let description = """
        A release is what one drop deploys: the images, the Compose file, the variables and the files of an app. Its Compose \
        file can say how berth is to deploy it, under the key `x-berth`. Compose ignores that key. Without it, everything has \
        its default.

        These settings belong to the release: they come and go with its Compose file, and a rollback goes by those of the \
        release that it puts back. What belongs to the server is in `berth.toml`(5). berth refuses a drop whose `x-berth` has \
        an unknown key or a wrong value (`policy-invalid`); `berth plan` says so before.

        A duration is a number with a unit, up to a day: `500ms`, `90s`, `1m30s`.
        """

    private var keys: [ManualPage.Block] {
        Self.keys("x-berth", Policy.Key.self) + Self.keys("health", Policy.HealthKey.self)
            + Self.keys("Each of the steps", Policy.StepKey.self)
            + Self.keys("The output of a step", Policy.OutputKey.self)
    }

    private static func keys<Key: PolicyKey>(_ title: String, _ keys: Key.Type) -> [ManualPage.Block] {
        let entries = keys.allCases.map { key in
            let otherwise = key.otherwise.map { "By default: \($0)." } ?? "Required."
            return ManualPage.Entry("`\(key.rawValue)`", "\(key.help) \(otherwise)")
        }
        return [.heading(title), .list(entries)]
    }

    /// The code of the section, with what stands before each.
    private var examples: [ManualPage.Block] {
        let parts = settings.components(separatedBy: "```")
        return zip(parts, parts.dropFirst()).enumerated().filter { $0.offset.isMultiple(of: 2) }.flatMap { _, part in
            let lines = part.1.split(separator: "\n").dropFirst().map(String.init)
            return (Self.paragraphs(part.0).last.map { [$0] } ?? []) + [ManualPage.Block.example(lines)]
        }
    }

    /// The paragraphs below the heading.
    private static func paragraphs(_ section: String) -> [ManualPage.Block] {
        ManualPage.Block.blocks(of: String(section.drop { $0 != "\n" }))
    }

    private static let files = [
        ManualPage.Entry("`docker-compose.yml`, `compose.yaml`", "The Compose file, in the app's folder."),
        ManualPage.Entry(
            "`/var/lib/berth/<app>/compose/<number>.yaml`",
            "The Compose file of a release, as berth keeps it."
        ),
        ManualPage.Entry("`/var/lib/berth/<app>/files/<number>.tar`", "The files of a release."),
        ManualPage.Entry(
            "`/var/backups/berth/<app>/<number>-<file>`",
            "What a step wrote, unless the settings say where."
        ),
        ManualPage.Entry(
            "`/usr/share/doc/berth/docs/releases.md`",
            "More on all this, such as which files belong to a release."
        ),
    ]
}
