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
        members: Set<String> = [],
        isListed: Bool? = nil
    ) -> SetupFacts.File {
        let facts = FileFacts(
            path: name.map { "/srv/shop/\($0)" } ?? "/srv/shop",
            kind: name == nil ? .folder : kind,
            owner: owner,
            group: group,
            mode: mode,
            changed: Timestamp(seconds: 0)
        )
        return SetupFacts.File(
            name: name,
            facts: facts,
            identity: SetupFacts.File.Identity(device: 1, inode: 2),
            links: links,
            members: members,
            isListed: isListed
        )
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
        let folder = file(nil, "root", "root", 0o700)
        let environment = file(".env", "root", "root", 0o600)
        let setup = try setup { facts in
            facts.userExists = false
            facts.spool = nil
            facts.known = nil
            facts.folder = folder
            facts.environment = environment
            facts.registry = "registry:5000"
        }
        #expect(
            setup.steps == [
                .makeUser("deploy"),
                .ownSpool("/var/spool/berth/shop", owner: "deploy"),
                .share(folder, 0o50),
                .share(environment, 0o40),
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
        let file = file(".env", owner, group, mode)
        let setup = try setup { $0.environment = file }
        #expect(setup.steps == (isShared ? [.share(file, 0o40)] : []))
    }

    @Test func whatCouldBeAnothersIsLeftAlone() throws {
        let hostile = [
            file(".env", "root", "shadow", 0o777, kind: .link), file(".env", "root", "root", 0o600, links: 2),
            file(".env", "root", "root", 0o600, kind: .other),
            file(".env", "root", "www-data", 0o640),
            file(".env", "www-data", "www-data", 0o660, members: ["www-data", "deploy"]),
            file(".env", "alice", "users", 0o660, members: ["alice"]),
            file(".env", "root", "root", 0o640, members: ["root", "alice"]),
            file(".env", "alice", "alice", 0o2710, members: ["alice"]),
            file(".env", "root", "root", 0o4600),
            file(".env", "root", "root", 0o640, isListed: false),
        ]
        for file in hostile {
            let setup = try setup { $0.environment = file }
            #expect(setup.steps.isEmpty)
            #expect(setup.items.filter(\.isOpen).map(\.subject) == ["/srv/shop/.env"])
        }
    }

    @Test func aGroupWithoutRightsLosesNone() throws {
        let file = file(".env", "root", "www-data", 0o600, members: ["alice"])
        let setup = try setup { $0.environment = file }
        #expect(setup.steps == [.share(file, 0o40)])
    }

    @Test func anAccessListDecides() throws {
        let listed = try setup { $0.environment = file(".env", "alice", "users", 0o640, isListed: true) }
        #expect(listed.steps.isEmpty && listed.items.allSatisfy { !$0.isOpen })
        // The group's digit of the mode is the list's mask, and says nothing of the group.
        let masked = try setup { $0.environment = file(".env", "alice", "berth", 0o640, isListed: false) }
        #expect(masked.steps.isEmpty)
        #expect(masked.items.filter(\.isOpen).map { $0.text.hasSuffix("setfacl -m u:berth:r") } == [true])
    }

    @Test func aFolderKeepsItsSetgid() throws {
        let folder = file(nil, "alice", "alice", 0o2700, members: ["alice"])
        #expect(try setup { $0.folder = folder }.steps == [.share(folder, 0o50)])
    }

    @Test func whatAPersonMustSeeTo() throws {
        func open(_ change: (inout SetupFacts) -> Void) throws -> [String] {
            try setup(change).items.filter(\.isOpen).map(\.subject)
        }
        #expect(try open { $0.environment = nil } == ["/srv/shop/.env"])
        #expect(try open { $0.composeFiles = [] } == ["/srv/shop/compose.yaml"])
        #expect(try open { $0.userHasShell = false } == ["user deploy"])
        #expect(try open { $0.agentRuns = false } == ["the agent"])
        #expect(
            try open {
                $0.spool = nil; $0.known = known(spool: "/srv/drops")
            } == ["spool /srv/drops"]
        )
    }

    @Test(
        arguments: [
            (["deploy", "users"], nil),
            (["deploy", "berth-records", "docker"], "is in group docker, so CI's key is worth root"),
            (["berth", "berth-records"], "is in group berth, so"), (["berth-records"], "is in group berth-records, so"),
        ] as [(Set<String>, String?)]
    )
    func aKeyThatIsWorthMore(groups: Set<String>, text: String?) throws {
        let found = try setup { $0.userGroups = groups }.items.filter(\.isOpen)
        #expect(found.map(\.subject) == (text == nil ? [] : ["user deploy"]))
        #expect(found.allSatisfy { $0.text.hasPrefix(text ?? "") && $0.text.hasSuffix("by --user deploy-shop") })
    }

    @Test func aUserWhoDropsForAnotherAppToo() throws {
        let other = try #require(AppName("other"))
        let found = try setup { $0.otherApps = [other] }.items.filter(\.isOpen)
        #expect(found.count == 1 && found.first?.text.hasPrefix("also drops for other, so CI's key for shop") == true)
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
                plain = SetupFacts.File(name: nil, facts: plain.facts, identity: plain.identity, links: 1)
                facts.folder = plain
            }
        }
    }

    @Test func noLinkLeadsToIt() throws {
        let failure = #expect(throws: Failure.self) { try setup { $0.realDirectory = "/root" } }
        #expect(failure?.hint?.hasPrefix("name /root itself") == true)
        #expect(try setup { $0.realDirectory = "/srv/shop" }.steps.isEmpty)
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
