import DockerModel
import Testing

@testable import Rules

/// What `berth init` does in each situation.
@Suite struct SetupTests {
    private func file(
        _ name: String?,
        _ owner: String,
        _ group: String,
        _ mode: UInt32,
        kind: FileFacts.Kind = .file,
        links: UInt64 = 1,
        hasOwnGroup: Bool = true
    ) -> SetupFacts.File {
        let facts = FileFacts(
            path: name.map { "/srv/shop/\($0)" } ?? "/srv/shop",
            kind: name == nil ? .folder : kind,
            owner: owner,
            group: group,
            mode: mode,
            changed: Timestamp(seconds: 0)
        )
        return SetupFacts.File(name: name, facts: facts, links: links, hasOwnGroup: hasOwnGroup)
    }

    /// An app that nothing is left to do for, with a change.
    private func setup(_ change: (inout SetupFacts) -> Void) throws -> Setup {
        var facts = SetupFacts(
            app: try #require(AppName("shop")),
            directory: "/srv/shop",
            user: "deploy",
            settingsFile: "/etc/berth/conf.d/shop.toml"
        )
        facts.folder = file(nil, "root", "berth", 0o750)
        facts.environment = file(".env", "root", "berth", 0o640)
        facts.composeFiles = [file("compose.yaml", "root", "root", 0o644)]
        facts.spool = FileFacts(
            path: facts.spoolPath,
            kind: .folder,
            owner: "deploy",
            group: "berth",
            mode: 0o2770,
            changed: Timestamp(seconds: 0)
        )
        facts.known = known()
        change(&facts)
        return try facts.setup()
    }

    private func known(
        _ directory: String = "/srv/shop",
        spool: String = "/var/spool/berth/shop",
        readers: [String] = ["deploy"]
    ) -> SetupFacts.Known {
        SetupFacts.Known(directory: directory, spool: spool, readers: readers, registry: "ghcr.io")
    }

    @Test func whatIsRightStays() throws {
        let setup = try setup { _ in }
        #expect(setup.steps.isEmpty)
        #expect(setup.items.allSatisfy { !$0.isOpen })
    }

    @Test func aFreshAppGetsAll() throws {
        let setup = try setup { facts in
            facts.userExists = false
            facts.spool = nil
            facts.known = nil
            facts.folder = file(nil, "root", "root", 0o700)
            facts.environment = file(".env", "root", "root", 0o600)
            facts.registry = "registry:5000"
        }
        #expect(
            setup.steps == [
                .makeUser("deploy"),
                .ownSpool("/var/spool/berth/shop", owner: "deploy"),
                .share(nil, 0o50),
                .share(".env", 0o40),
                .write(
                    "/etc/berth/conf.d/shop.toml",
                    text: """
                        [apps.shop]
                        directory = "/srv/shop"
                        readers = ["deploy"]
                        registry = "registry:5000"

                        """
                ),
                .reloadAgent,
            ]
        )
    }

    @Test(
        arguments: [
            ("root", "root", 0o600, true), ("root", "root", 0o640, true), ("deploy", "deploy", 0o640, true),
            ("deploy", "berth", 0o600, true), ("root", "root", 0o604, false), ("berth", "root", 0o400, false),
            ("deploy", "berth", 0o640, false),
            // The class that a user is in decides, though another one would give more.
            ("root", "berth", 0o604, true),
        ] as [(String, String, UInt32, Bool)]
    )
    func aFileIsSharedIfUserBerthCannotReadIt(owner: String, group: String, mode: UInt32, isShared: Bool) throws {
        let setup = try setup { $0.environment = file(".env", owner, group, mode) }
        #expect(setup.steps == (isShared ? [.share(".env", 0o40)] : []))
    }

    @Test func whatCouldBeAnothersIsLeftAlone() throws {
        let hostile = [
            file(".env", "root", "shadow", 0o777, kind: .link), file(".env", "root", "root", 0o600, links: 2),
            file(".env", "root", "root", 0o600, kind: .other),
            file(".env", "root", "www-data", 0o640, hasOwnGroup: false),
        ]
        for file in hostile {
            let setup = try setup { $0.environment = file }
            #expect(setup.steps.isEmpty)
            #expect(setup.items.filter(\.isOpen).map(\.subject) == ["/srv/shop/.env"])
        }
    }

    @Test func aGroupWithoutRightsLosesNone() throws {
        let setup = try setup { $0.environment = file(".env", "root", "www-data", 0o600, hasOwnGroup: false) }
        #expect(setup.steps == [.share(".env", 0o40)])
    }

    @Test func whatAPersonMustSeeTo() throws {
        func open(_ change: (inout SetupFacts) -> Void) throws -> [String] {
            try setup(change).items.filter(\.isOpen).map(\.subject)
        }
        #expect(try open { $0.environment = nil } == ["/srv/shop/.env"])
        #expect(try open { $0.composeFiles = [] } == ["/srv/shop/compose.yaml"])
        #expect(try open { $0.userHasShell = false } == ["user deploy"])
        #expect(try open { $0.agentRuns = false } == ["the agent"])
    }

    @Test func theSpoolIsPutRight() throws {
        let wrong = FileFacts(
            path: "/var/spool/berth/shop",
            kind: .folder,
            owner: "root",
            group: "root",
            mode: 0o755,
            changed: Timestamp(seconds: 0)
        )
        #expect(try setup { $0.spool = wrong }.steps == [.ownSpool("/var/spool/berth/shop", owner: "deploy")])
        // One of the sysadmin's own may be the app's folder.
        let own = try setup {
            $0.spool = wrong
            $0.known = known(spool: "/srv/shop")
        }
        #expect(own.steps.isEmpty)
    }

    @Test func settingsAreNeverReplaced() throws {
        let others = [
            known("/srv/other"), known(readers: []), known(readers: ["alice"]),
        ]
        for known in others {
            let failure = #expect(throws: Failure.self) { try setup { $0.known = known } }
            #expect(failure?.cause == .setupRefused)
        }
        #expect(throws: Failure.self) { try setup { $0.registry = "other:5000" } }
        #expect(throws: Failure.self) {
            try setup {
                $0.known = nil
                $0.hasSettingsFile = true
            }
        }
    }

    @Test func thereMustBeAFolder() {
        #expect(throws: Failure.self) { try setup { $0.folder = nil } }
        #expect(throws: Failure.self) {
            try setup { facts in
                var plain = file("shop", "root", "root", 0o644)
                plain = SetupFacts.File(name: nil, facts: plain.facts, links: 1, hasOwnGroup: true)
                facts.folder = plain
            }
        }
    }

    @Test func aPathIsWrittenAsTOMLReadsIt() throws {
        var facts = SetupFacts(
            app: try #require(AppName("shop")),
            directory: #"/srv/a "b" \c"#,
            user: "deploy",
            settingsFile: "f"
        )
        facts.folder = file(nil, "root", "berth", 0o750)
        let texts = try facts.setup().steps.compactMap { if case .write(_, let text) = $0 { text } else { nil } }
        #expect(texts.first?.contains(#"directory = "/srv/a \"b\" \\c""#) == true)
    }
}
