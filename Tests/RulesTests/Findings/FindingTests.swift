import DockerModel
import Testing

@testable import Rules

/// What each fact leads to: the severity, and what the sentence says.
@Suite struct FindingTests {
    private let shop: AppName
    private let now = Timestamp(seconds: 1_790_000_000)

    init() throws { shop = try #require(AppName("shop")) }

    private func file(
        _ path: String,
        _ mode: UInt32,
        _ kind: FileFacts.Kind = .file,
        age: Duration = .zero
    ) -> FileFacts {
        let changed = now + (.zero - age)
        return FileFacts(path: path, kind: kind, owner: "deploy", group: "berth", mode: mode, changed: changed)
    }

    /// Severity, area, and the beginning of the sentence.
    private func expect(_ findings: [Finding], _ expected: [String], _ comment: Comment? = nil) {
        #expect(findings.count == expected.count, comment)
        for (finding, start) in zip(findings, expected) {
            let text = "\(finding.severity) \(finding.area.rawValue) \(finding.sentence)"
            #expect(text.hasPrefix(start), comment)
        }
    }

    // MARK: - The spool

    private func spool(_ viewer: Viewer = .agent, _ change: (inout SpoolFacts) -> Void) -> [Finding] {
        var facts = SpoolFacts(path: "/s/shop")
        facts.folder = file("/s/shop", 0o2770, .folder)
        change(&facts)
        return Finding.spool(of: shop, facts, seenBy: viewer, at: now)
    }

    @Test func aSoundSpoolIsNoFinding() {
        expect(spool { _ in }, [])
        expect(spool { $0.drop = file("/s/shop/.env.deploy", 0o640, age: .seconds(60)) }, [])
        expect(spool { $0.leftovers = [file("/s/shop/.env.deploy.a1B2c3", 0o600, age: .seconds(7200))] }, [])
    }

    @Test func whatIsWrongWithASpool() {
        expect(spool { $0.folder = nil }, ["error spool /s/shop is missing"])
        expect(spool { $0.barrier = "/s" }, ["error spool /s cannot be searched by user berth"])
        expect(spool { $0.folder = file("/s/shop", 0o660, .file) }, ["error spool /s/shop is no folder"])
        expect(
            spool {
                $0.folder = file("/s/shop", 0o2700, .folder)
                $0.isUsable = false
            },
            ["error spool /s/shop belongs to deploy:berth with mode 02700: user berth cannot take drops"]
        )
        expect(
            spool(.person) { $0.barrier = "/s" },
            ["note unseen /s cannot be searched by you, and the spool is below"]
        )
        expect(spool(.person) { $0.isUsable = false }, ["note spool /s/shop belongs to deploy:berth"])
        expect(spool { $0.folder = file("/s/shop", 0o2777, .folder) }, ["error spool /s/shop can be written by every"])
        expect(spool { $0.folder = file("/s/shop", 0o770, .folder) }, ["warning spool /s/shop does not give its group"])
    }

    @Test func whoOwnsASpool() {
        expect(Finding.sender(of: shop, "deploy", in: ["deploy", "users"]), [])
        expect(
            Finding.sender(of: shop, "deploy", in: ["docker"]),
            ["warning spool user deploy, who owns the spool, is in group docker"]
        )
    }

    @Test func whatLiesInASpool() {
        expect(
            spool {
                $0.drop = file("/s/shop/.env.deploy", 0o640, age: .seconds(150))
                $0.claimed = file("/s/shop/.env.deploy.claimed", 0o640, age: .seconds(61))
                $0.leftovers = [file("/s/shop/.env.deploy.a1B2c3", 0o600, age: .seconds(7201))]
            },
            [
                "error spool /s/shop/.env.deploy has lain there for 2 min and was not taken",
                "error spool /s/shop/.env.deploy.claimed has lain there for 1 min and was taken",
                "warning spool /s/shop/.env.deploy.a1B2c3 is what a broken transfer left",
            ]
        )
    }

    // MARK: - The folder

    @Test(
        arguments: [
            (0o750, 0o644, 0o666, true, []),
            (0o755, 0o640, 0o644, true, []),
            (0o755, 0o644, 0o644, true, ["warning folder /a/.env has the app's secrets"]),
            (0o755, 0o644, 0o646, false, []),
            (0o755, 0o640, 0o646, true, ["error folder /a/compose.yaml can be changed by every user"]),
            (0o757, 0o640, 0o644, true, ["error folder /a can be changed by every user"]),
        ] as [(UInt32, UInt32, UInt32, Bool, [String])]
    )
    func whoElseMayChangeOrReadIt(
        folder: UInt32,
        environment: UInt32,
        compose: UInt32,
        isReachable: Bool,
        expected: [String]
    ) {
        let findings = Finding.folder(
            of: shop,
            file("/a", folder, .folder),
            environment: file("/a/.env", environment),
            composeFiles: [file("/a/compose.yaml", compose)],
            isReachable: isReachable
        )
        expect(findings, expected)
    }

    @Test func filesThatBerthCannotRead() throws {
        let paths = try ["a", "b/c"].map { try #require(ReleasePath($0)) }
        expect(Finding.unreadable(in: shop, [], seenBy: .agent), [])
        expect(Finding.unreadable(in: shop, paths, seenBy: .agent), ["warning folder a and 1 others cannot be read"])
        expect(Finding.unreadable(in: shop, [paths[0]], seenBy: .person), ["note folder a cannot be read by you"])
    }

    @Test func aFolderOnTheWayThatIsClosed() {
        expect(
            [Finding.barrier(of: shop, "/home/a", before: .folder, seenBy: .agent)],
            ["error folder /home/a cannot be searched by user"]
        )
        expect(
            [Finding.barrier(of: shop, "/home/a", before: .folder, seenBy: .person)],
            ["note unseen /home/a cannot be searched by you"]
        )
    }

    @Test func readersOfWhomThereAreNone() {
        expect(Finding.readers(of: shop, missing: ["ghost"]), ["warning settings readers names ghost"])
    }

    // MARK: - The host

    @Test(arguments: [
        ("loaded active running enabled", 0, []),
        ("loaded active running disabled", 0, ["warning agent berth.service does not start when the host boots"]),
        ("loaded active running enabled", 1, ["warning settings /e was changed after the agent read"]),
        ("loaded failed failed enabled", 1, ["error agent berth.service has failed (exit-code)"]),
        ("loaded activating auto-restart enabled", 0, ["error agent berth.service has failed (exit-code)"]),
        ("loaded activating start enabled", 0, []),
        ("loaded inactive dead enabled", 0, ["error agent berth.service is inactive"]),
        ("not-found inactive dead -", 0, ["error agent berth.service is not there"]),
    ])
    func theAgent(words: String, later: Int, expected: [String]) {
        let words = words.split(separator: " ").map(String.init)
        let since = now + .seconds(0 - later)
        let unit = UnitFacts(
            load: words[0],
            active: words[1],
            sub: words[2],
            result: "exit-code",
            file: words[3],
            since: since
        )
        expect(Finding.agent(unit, settings: [file("/e", 0o644)]), expected)
    }

    @Test func whenSystemdDoesNotTell() {
        expect(Finding.agent(nil, settings: []), ["note unseen systemd does not say"])
    }

    @Test(
        arguments: [
            (80, 0, []),
            (81, 12, ["note disk / is 81 % full, more than guard (80 %): the next drop starts"]),
            (85, 2, ["warning disk / is 85 % full, more than guard (80 %), and the guard cannot free enough"]),
            (97, 1, ["error disk / is 97 % full, more than refuse (95 %), and the guard cannot free enough"]),
            (97, 30, ["note disk / is 97 % full, more than guard"]),
            (97, nil, ["error disk / is 97 % full, more than refuse (95 %): each drop is refused"]),
        ] as [(Int64, Int64?, [String])]
    )
    func theDisk(used: Int64, frees: Int64?, expected: [String]) {
        let space = Filesystem.Amount(used: used, available: 100 - used)
        let usage = Usage([Filesystem(path: "/", holds: [.images], space: space, inodes: nil)])
        let image = Subject.image(id: "sha256:1", names: [])
        let removals = frees.map { [Removal(subject: image, reason: .dangling, size: $0, frees: $0)] }
        expect(Finding.disk(usage, removable: removals, DiskSettings()), expected)
    }

    @Test func aDiskThatCannotBeMeasured() {
        expect(Finding.disk(nil, removable: nil, DiskSettings()), ["error disk the disk cannot be measured"])
    }

    @Test(
        arguments: [
            (.works, ["note logins login for r in /c is kept as plain text"]),
            (.untried, ["note logins login for r in /c is kept as plain text"]),
            (
                .refused("login refused: no"),
                ["warning logins login for r in /c no longer works: login refused: no", "note"]
            ),
            (.unknown("timeout"), ["warning logins login for r in /c could not be tried: timeout", "note"]),
        ] as [(LoginFacts.Outcome, [String])]
    )
    func aLogin(outcome: LoginFacts.Outcome, expected: [String]) {
        expect(Finding.logins([LoginFacts(file: "/c", registry: "r", outcome: outcome)]), expected)
    }

    // MARK: - The release

    @Test(
        arguments: [
            (true, false, false, "amd64", ["warning services service web publishes a port"]),
            (true, true, false, "amd64", []),
            (true, false, true, "amd64", []),
            (false, false, false, "amd64", []),
            (
                false, false, false, "arm64",
                ["warning services image a:1 of service web is for arm64, and this host is amd64"]
            ),
            (false, false, false, nil, []),
        ] as [(Bool, Bool, Bool, String?, [String])]
    )
    func aService(ports: Bool, inFile: Bool, inImage: Bool, architecture: String?, expected: [String]) {
        let service = ServiceFacts(
            name: "web",
            publishesPorts: ports,
            hasHealthcheck: inFile,
            image: "a:1",
            local: ServiceFacts.Local(hasHealthcheck: inImage, architecture: architecture)
        )
        expect(Finding.services(of: shop, [service], on: "amd64"), expected)
        expect(Finding.services(of: shop, [service], on: nil).filter { $0.subject.hasPrefix("image") }, [])
    }

    @Test func ofAnImageThatIsNotHereNothingIsKnown() {
        let service = ServiceFacts(name: "web", publishesPorts: true, hasHealthcheck: false, image: "a:1", local: nil)
        expect(Finding.services(of: shop, [service], on: "amd64"), [])
    }

    private func entry(_ number: Int, _ verdict: Verdict, mayRollBack: Bool = true) throws -> History.Entry {
        var record = Record(app: shop, number: number, received: now)
        record.verdict = verdict
        record.directives.mayRollBack = mayRollBack
        return try #require(History.Entry(record))
    }

    @Test func whatTheRecordsTellOfTheWayBack() throws {
        let good = try entry(1, .deployed)
        expect(Finding.history(of: shop, History([good]), hold: nil), [])
        expect(Finding.history(of: shop, History(), hold: nil), ["note way-back shop was never deployed"])
        expect(
            Finding.history(of: shop, History([good]), hold: "why"),
            ["note way-back shop is held, and refuses drops: why"]
        )
        expect(
            Finding.history(of: shop, History([try entry(1, .failed)]), hold: nil),
            ["warning way-back shop has no good"]
        )
        expect(
            Finding.history(of: shop, History([good, try entry(2, .unhealthy, mayRollBack: false)]), hold: nil),
            [
                "warning way-back #2 came after #1 and forbids older releases to start again, so a bad release would stay"
            ]
        )
        expect(
            Finding.history(of: shop, History([good], unreadable: [2]), hold: nil),
            ["error way-back the record of #2 cannot"]
        )
    }

    @Test(arguments: [
        (Cause.envMissing, "error folder"), (.wayBackMissing, "error way-back"), (.releaseUnknown, "warning way-back"),
        (.engineUnreachable, "error docker"), (.composeInvalid, "error folder"), (.noRoom, "error disk"),
    ])
    func whyADropWouldBeRefused(cause: Cause, expected: String) {
        let failure = Failure(cause, "it", "is so", hint: "try")
        expect([Finding.refusal(of: shop, failure, seenBy: .agent)], ["\(expected) it is so"])
        expect([Finding.refusal(of: shop, failure, seenBy: .person)], ["\(expected) it is so"])
    }

    @Test func theVariablesOfAFirstDropAreNotKnown() {
        let failure = Failure(.composeInvalid, "config", "lacks IMAGE_TAG", hint: nil)
        let finding = Finding.refusal(of: shop, failure, isFirst: true, seenBy: .agent)
        expect([finding], ["note unseen what a drop would do is not known before the first one"])
        let other = Failure(.envMissing, ".env", "is missing", hint: nil)
        expect([Finding.refusal(of: shop, other, isFirst: true, seenBy: .agent)], ["error folder .env is missing"])
    }

    @Test(arguments: [Cause.stateUnreadable, .folderUnreadable, .envUnreadable, .composeFileUnreadable])
    func whatOnlyThisPersonMayNotRead(cause: Cause) {
        let failure = Failure(cause, "it", "cannot be read", hint: "try")
        expect(
            [Finding.refusal(of: shop, failure, seenBy: .person)],
            ["note unseen what a drop would do is not known: it cannot be read"]
        )
        #expect(Finding.refusal(of: shop, failure, seenBy: .agent).severity == .error)
    }

    // MARK: - All of them

    @Test func errorsComeFirstAndDecide() {
        let note = Finding(.note, .disk, "a", "b", try: nil)
        let error = Finding(.error, .spool, "c", "d", try: nil)
        let findings = Findings([note, error])
        #expect(findings.findings == [error, note])
        #expect(findings.hasErrors)
        #expect(!Findings([note]).hasErrors)
    }
}
