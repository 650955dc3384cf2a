import Deploy

/// `berth.toml(5)`: the settings, as their declarations say.
struct SettingsPage {
    var page: ManualPage {
        ManualPage(
            name: "berth.toml",
            part: 5,
            summary: "settings of the deploy agent berth",
            sections: [
                ManualPage.Section("DESCRIPTION", Settings.help.map(ManualPage.Block.paragraph)),
                ManualPage.Section("SETTINGS", Settings.tables.flatMap(Self.blocks)),
                ManualPage.Section("EXAMPLES", ManualPage.Block.blocks(of: Self.examples)),
                ManualPage.Section("FILES", [.list(Self.files)]),
                ManualPage.Section(
                    "SEE ALSO",
                    [.paragraph("`berth`(1), `berth-agent`(1), `berth-drop`(5), `berth-release`(5), `berth-causes`(7)")]
                ),
            ]
        )
    }

    private static func blocks(_ table: TableText) -> [ManualPage.Block] {
        let title = table.header.isEmpty ? "Above all tables" : "[\(table.header)]"
        let help = table.help.isEmpty ? [] : [ManualPage.Block.paragraph(table.help)]
        return [.heading(title)] + help + [.list(table.keys.map(entry))]
    }

    private static func entry(_ key: KeyText) -> ManualPage.Entry {
        let kind = key.kind.prefix(1).uppercased() + key.kind.dropFirst()
        let value = "\(key.isDefault ? "by default" : "for example") `\(key.value)`"
        return ManualPage.Entry("`\(key.name)`", "\(key.help) \(kind); \(value).")
    }

    private static let files = [
        ManualPage.Entry("`/etc/berth/berth.toml`", "The settings of the host."),
        ManualPage.Entry("`/etc/berth/conf.d/*.toml`", "More of them, such as those of one app."),
    ]

    private static let examples = """
        An app in `/etc/berth/conf.d/shop.toml`, whose records CI's user may read:

            [apps.shop]
            directory = "/srv/shop"
            images = ["ghcr.io/acme/shop-*"]
            readers = ["deploy"]
        """
}
