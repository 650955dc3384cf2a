import Linux
import Rules
import Support
import SystemPackage
import Testing

@testable import Deploy

@Suite struct HostFileTests {
    @Test func fillsInDefaults() async throws {
        let settings = try await load(["berth.toml": "[apps.shop]\ndirectory = \"/srv/shop/\"\n"])
        let app = try #require(settings.apps[AppName("shop")!])
        #expect(app.directory == "/srv/shop")
        #expect(app.spool == "/var/spool/berth/shop")
        #expect(app.registry == "ghcr.io")
        #expect(app.variables == nil)
        #expect(app.keep == 3)
        #expect(app.credential == .github)
    }

    @Test func theCredentialHasTwoNames() async throws {
        func load(_ value: String) async throws -> AppSettings? {
            try await self.load(["berth.toml": "[apps.shop]\ndirectory = \"/srv/shop\"\ncredential = \(value)\n"])
                .apps[AppName("shop")!]
        }
        let names = try await load("[\"CI_REGISTRY_USER\", \"CI_JOB_TOKEN\"]")?.credential
        #expect(names == CredentialNames(user: "CI_REGISTRY_USER", token: "CI_JOB_TOKEN"))
        for value in ["[\"A\"]", "[\"A\", \"A\"]", "[\"A\", \"B\", \"C\"]", "[\"A\", \"1B\"]", "\"A\"", "[]"] {
            await #expect(throws: SettingsError.self) { _ = try await load(value) }
        }
    }

    @Test func laterFragmentsWinKeyByKey() async throws {
        let settings = try await load([
            "berth.toml": "[apps.shop]\ndirectory = \"/srv/shop\"\nregistry = \"one\"\n",
            "conf.d/20.toml": "apps.shop.registry = \"three\"\n",
            "conf.d/10.toml": "[apps.shop]\nregistry = \"two\"\nvariables = [\"A\"]\n",
            "conf.d/30.toml.disabled": "nonsense",
        ])
        let app = try #require(settings.apps[AppName("shop")!])
        #expect(app.registry == "three")
        #expect(app.variables == ["A"])
        #expect(app.directory == "/srv/shop")
    }

    @Test func aFileThatIsNotThereYetCountsInItsPlace() async throws {
        try await withTemporaryFolder { folder in
            let hostFile = HostFile(folder.appending("berth.toml"))
            let shop = try #require(AppName("shop"))
            let new = hostFile.fragment(of: shop)
            #expect(new == folder.appending("conf.d").appending("shop.toml"))
            try File.makeFolder(folder.appending("conf.d"), mode: .ownerReadWriteExecute)
            try write("[apps.shop]\nregistry = \"z\"\n", to: folder.appending("conf.d/z.toml"))
            try write("[apps.a]\ndirectory = \"/srv/a\"\n", to: folder.appending("conf.d/a.toml"))
            let text = "[apps.shop]\ndirectory = \"/srv/shop\"\nregistry = \"s\"\n"
            #expect(try hostFile.load(with: (new, text)).apps[shop]?.registry == "z")
            let taken = "[apps.shop]\ndirectory = \"/srv/a\"\n"
            #expect(throws: SettingsError.self) { try hostFile.load(with: (new, taken)) }
        }
    }

    @Test func theDiskHasDefaultsAndKeysOfItsOwn() async throws {
        #expect(try await load([:]).disk == DiskSettings())
        let disk = try await load([
            "berth.toml": "[disk]\nguard = 90\ntarget = 60\nvolumes = \"anonymous\"\n",
            "conf.d/1.toml": "disk.target = 50\n",
        ]).disk
        #expect((disk.guard, disk.target, disk.refuse) == (90, 50, 95))
        #expect(disk.volumes == .anonymous)
    }

    @Test func linesMayEndAsWindowsEndsThem() async throws {
        let error = await #expect(throws: SettingsError.self) {
            _ = try await load(["berth.toml": "# apps\r\n[apps.shop]\r\ndirectory = \"/srv/shop\"\r\ncolour = 1\r\n"])
        }
        #expect(error?.line == 4 && error?.key == "apps.shop.colour")
    }

    @Test func noFileIsNoApps() async throws {
        #expect(try await load([:]).apps.isEmpty)
    }

    @Test(arguments: [
        ("[apps.shop]\ndirectory = \"/srv/shop\"\ncolour = \"red\"\n", 3, "apps.shop.colour"),
        ("[apps.shop]\n\ndirectory = 7\n", 3, "apps.shop.directory"),
        ("[apps.shop]\ndirectory = \"srv/shop\"\n", 2, "apps.shop.directory"),
        ("[apps.shop]\ndirectory = \"/srv/../etc\"\n", 2, "apps.shop.directory"),
        ("[apps.shop]\ndirectory = \"\"\n", 2, "apps.shop.directory"),
        ("[apps.shop]\ndirectory = \"/var/lib/berth\"\n", 2, "apps.shop.directory"),
        ("[apps.shop]\ndirectory = \"/var/lib/berth/app\"\n", 2, "apps.shop.directory"),
        ("[apps.shop]\ndirectory = \"/var/spool/berth/shop\"\n", 2, "apps.shop.directory"),
        ("[apps.shop]\nspool = \"/srv/shop\"\n", 1, "apps.shop.directory"),
        ("[apps.shop]\ndirectory = \"/srv/shop\"\nvariables = \"A\"\n", 3, "apps.shop.variables"),
        ("[apps.shop]\ndirectory = \"/srv/shop\"\nvariables = [1]\n", 3, "apps.shop.variables"),
        ("[apps.shop]\ndirectory = \"/srv/shop\"\nvariables = [\"A B\"]\n", 3, "apps.shop.variables"),
        ("[apps.shop]\ndirectory = \"/srv/shop\"\nregistry = \"https://ghcr.io\"\n", 3, "apps.shop.registry"),
        ("# colours\ncolour = 1\n", 2, "colour"),
        ("metrics = \"berth.prom\"\n", 1, "metrics"),
        ("metrics = \"/var/lib/berth.txt\"\n", 1, "metrics"),
        ("metrics = \"/var/lib/.prom\"\n", 1, "metrics"),
        ("[disk]\nmetrics = \"/berth.prom\"\n", 2, "disk.metrics"),
        ("[apps.shop]\ndirectory = \"/srv/shop\"\nnotify = \"/bin/true\"\n", 3, "apps.shop.notify"),
        ("[apps.shop]\ndirectory = \"/srv/shop\"\nnotify = [\"tell-us\"]\n", 3, "apps.shop.notify"),
        ("[apps.shop]\ndirectory = \"/srv/shop\"\nnotify = [\"/srv/../bin/sh\"]\n", 3, "apps.shop.notify"),
        ("[apps.shop]\ndirectory = \"/srv/shop\"\nnotify = [\"/bin/sh\", 1]\n", 3, "apps.shop.notify"),
        ("apps = 1\n", 1, "apps"),
        ("disk = 1\n", 1, "disk"),
        ("[disk]\ncolour = 1\n", 2, "disk.colour"),
        ("[disk]\nguard = \"80\"\n", 2, "disk.guard"),
        ("[disk]\nguard = 0\n", 2, "disk.guard"),
        ("[disk]\nrefuse = 101\n", 2, "disk.refuse"),
        ("[disk]\nguard = 70\n", 2, "disk.guard"),
        ("[disk]\ntarget = 80\n", 2, "disk.target"),
        ("[disk]\nrefuse = 79\n", 2, "disk.refuse"),
        ("[disk]\ntarget = 60\nguard = 97\n", 3, "disk.guard"),
        ("[disk]\nvolumes = \"all\"\n", 2, "disk.volumes"),
        ("[disk]\nvolumes = true\n", 2, "disk.volumes"),
        ("[apps]\nshop = 1\n", 2, "apps.shop"),
        ("[apps.\"../etc\"]\ndirectory = \"/srv\"\n", 1, "apps.../etc"),
        ("[apps.Shop]\ndirectory = \"/srv\"\n", 1, "apps.Shop"),
        ("[apps.shop-]\ndirectory = \"/srv\"\n", 1, "apps.shop-"),
        ("[apps.a__b]\ndirectory = \"/srv\"\n", 1, "apps.a__b"),
        ("[apps.a-_b]\ndirectory = \"/srv\"\n", 1, "apps.a-_b"),
        ("[apps.a]\ndirectory = \"/srv/a\"\n[apps.b]\ndirectory = \"/srv/a\"\n", 4, "apps.b.directory"),
        ("[apps.a]\ndirectory = \"/srv/a\"\n[apps.b]\ndirectory = \"/srv/b\"\nspool = \"/srv/a\"\n", 5, "apps.b.spool"),
    ])
    func saysFileLineAndKey(text: String, line: Int, key: String) async throws {
        let error = try await #require(throws: SettingsError.self) { try await load(["berth.toml": text]) }
        #expect(error.line == line)
        #expect(error.key == key)
        #expect(error.file.lastComponent == "berth.toml")
        #expect(error.hint?.isEmpty == false)
    }

    @Test func aMomentIsOfNoUse() async throws {
        let text = "[disk]\nrefuse = 1979-05-27\n"
        let error = try await #require(throws: SettingsError.self) { try await load(["berth.toml": text]) }
        #expect(error.line == 2)
    }

    @Test func whatLooksLikeAHeaderIsNone() async throws {
        let script = "[ $a = 1 ]\n[.b]"
        let notify = "[\n  \"/bin/sh\", # [.c]\n'-c', \"\"\"\n\(script)\"\"\"\n]"
        let settings = try await load(["berth.toml": "[ apps.shop ]\ndirectory = \"/srv/shop\"\nnotify = \(notify)\n"])
        #expect(settings.apps.values.first?.notify == ["/bin/sh", "-c", script])
    }

    @Test(arguments: [("0", 0), ("1", 1), ("3", 3), ("100", 100), ("0x10", 16), ("+5", 5)])
    func keepsSoManyReleases(text: String, keep: Int) async throws {
        let settings = try await load(["berth.toml": "[apps.shop]\ndirectory = \"/srv/shop\"\nkeep = \(text)\n"])
        #expect(settings.apps.values.map(\.keep) == [keep])
    }

    @Test(arguments: [
        ("-1", "is -1"), ("101", "is 101"), ("9223372036854775807", "is 9223372036854775807"),
        ("-9223372036854775808", "is -9223372036854775808"), ("true", "not a whole number"),
        ("false", "not a whole number"), ("\"3\"", "not a whole number"), ("3.0", "not a whole number"),
        ("[3]", "not a whole number"), ("{ releases = 3 }", "not a whole number"),
        ("2026-01-01", "not a whole number"),
    ])
    func keepsNoOtherNumberOfReleases(text: String, problem: String) async throws {
        let file = "[apps.shop]\ndirectory = \"/srv/shop\"\nkeep = \(text)\n"
        let error = try await #require(throws: SettingsError.self) { try await load(["berth.toml": file]) }
        #expect(error.key == "apps.shop.keep")
        #expect(error.line == 3)
        #expect(error.problem.contains(problem))
        #expect(problem.hasPrefix("not") || error.hint == "write a number from 0 to 100")
    }

    @Test func laterFragmentsSayHowManyToKeep() async throws {
        let settings = try await load([
            "berth.toml": "[apps.shop]\ndirectory = \"/srv/shop\"\nkeep = 5\n",
            "conf.d/10.toml": "apps.shop.keep = 0\n",
        ])
        #expect(settings.apps.values.map(\.keep) == [0])
    }

    /// Every key of the settings, with a value that no kind accepts.
    @Test(
        arguments: Settings.tables.flatMap { table in
            table.keys.flatMap { key in ["{}", "1.5", "\"\"", "[[]]"].map { (table.header, key.name, $0) } }
        }
    )
    func everyBadValueIsReportedAtItsKey(table: String, key: String, value: String) async throws {
        let text = "# a file\n\(table.isEmpty ? "" : "[\(table)]")\n\n\(key) = \(value)\n"
        let error = try await #require(throws: SettingsError.self) { try await load(["conf.d/1.toml": text]) }
        #expect(error.file.lastComponent == "1.toml")
        #expect(error.line == 4)
        #expect(error.key == (table.isEmpty ? key : "\(table).\(key)"))
    }

    @Test(
        arguments: Settings.tables.map { table in
            let tables = table.header.isEmpty ? ["disk", "records", "apps"] : []
            return (table.header, (table.keys.map(\.name) + tables).joined(separator: ", "))
        }
    )
    func anUnknownKeyIsAnsweredWithTheKnownOnes(table: String, known: String) async throws {
        let error = try await #require(throws: SettingsError.self) {
            try await load(["berth.toml": "\(table.isEmpty ? "" : "[\(table)]")\ncolour = 1\n"])
        }
        #expect(error.hint == "the keys here are \(known)")
    }

    @Test func anErrorBetweenFilesIsReportedAtTheKeyThatCameLast() async throws {
        let error = try await #require(throws: SettingsError.self) {
            try await load([
                "berth.toml": "[disk]\ntarget = 60\n[apps.shop]\ndirectory = \"/srv/shop\"\n",
                "conf.d/1.toml": "\ndisk.target = 85\n",
            ])
        }
        #expect(error.file.lastComponent == "1.toml")
        #expect(error.line == 2)
        #expect(error.key == "disk.target")
        #expect(error.problem == "target is 85, guard is 80, refuse is 95")
    }

    @Test func aMissingKeyIsReportedWhereItsAppIsNamedFirst() async throws {
        let error = try await #require(throws: SettingsError.self) {
            try await load(["conf.d/1.toml": "\n[apps.shop]\nkeep = 1\n", "conf.d/2.toml": "apps.shop.keep = 2\n"])
        }
        let hint = try #require(error.hint)
        #expect(error.description.hasSuffix("1.toml:2: apps.shop.directory: is missing; \(hint)"))
    }

    @Test func saysWhereTheSyntaxIsWrong() async throws {
        let error = try await #require(throws: SettingsError.self) {
            try await load(["conf.d/shop.toml": "[apps.shop]\ndirectory = \n"])
        }
        #expect(error.line == 2)
        #expect(error.file.lastComponent == "shop.toml")
    }

    @Test func anAppMayDropInItsOwnFolder() async throws {
        let text = "[apps.shop]\ndirectory = \"/srv/shop\"\nspool = \"/srv/shop\"\n"
        #expect(try await load(["berth.toml": text]).apps.count == 1)
    }

    private func load(_ files: [String: String]) async throws -> Settings {
        try await withTemporaryFolder { folder in
            try File.makeFolder(folder.appending("conf.d"), mode: .ownerReadWriteExecute)
            for (name, text) in files { try write(text, to: folder.pushing(FilePath(name))) }
            return try HostFile(folder.appending("berth.toml")).load()
        }
    }
}
