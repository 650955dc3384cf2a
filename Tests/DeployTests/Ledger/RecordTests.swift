import DockerModel
import Support
import Testing

@testable import Deploy
@testable import Rules

@Suite struct RecordTests {
    private func record() throws -> Record {
        var record = Record(
            app: try #require(AppName("shop")),
            number: 12,
            received: Timestamp(nanoseconds: 1_790_000_000_250_000_000)
        )
        (record.request, record.by) = ("run/7", "alice (deploy)")
        record.verdict = .deployed
        record.variables = ["IMAGE_TAG": "v2"]
        record.services["backend"] = Record.Service(
            image: "ghcr.io/acme/backend:v2",
            imageID: "sha256:aa",
            digest: "ghcr.io/acme/backend@sha256:bb",
            source: nil,
            revision: "4f2a"
        )
        record.phases = [Record.PhaseTime(name: .claim, seconds: 0), Record.PhaseTime(name: .check)]
        return record
    }

    @Test func isWrittenInTheContractsOrder() throws {
        #expect(
            String(decoding: try record().json(), as: UTF8.self) == """
                {
                  "app": "shop",
                  "number": 12,
                  "request": "run/7",
                  "by": "alice (deploy)",
                  "verdict": "deployed",
                  "cause": null,
                  "reason": null,
                  "hint": null,
                  "received": "2026-09-21T14:13:20.250Z",
                  "started": null,
                  "ended": null,
                  "variables": {"IMAGE_TAG":"v2"},
                  "directives": {"isForced":false,"mayRollBack":true},
                  "services": {"backend":{"digest":"ghcr.io/acme/backend@sha256:bb","image":"ghcr.io/acme/backend:v2",\
                "imageID":"sha256:aa","revision":"4f2a"}},
                  "images": null,
                  "docker": null,
                  "compose": null,
                  "project": null,
                  "releaseDigest": null,
                  "files": null,
                  "phases": [{"name":"claim","seconds":0},{"name":"check"}],
                  "resumed": null,
                  "steps": [],
                  "rolledBackTo": null,
                  "filesPutBack": null,
                  "running": null,
                  "evidence": []
                }

                """
        )
    }

    /// The wall clock counts only for a phase whose end no agent has seen.
    @Test(arguments: [
        (-3600.0, [0.25, 4.5], 4.75), (3600, [0.25, 4.5], 4.75), (30, [nil, 4.5], 30), (-3600, [nil, 4.5], 4.5),
    ])
    func itTookAsLongAsItsPhases(_ wall: Double, _ phases: [Double?], _ seconds: Double) throws {
        var record = try record()
        #expect(record.seconds == nil)
        let start = Timestamp(nanoseconds: 1_790_000_001_000_000_000)
        (record.started, record.ended) = (start, start + .milliseconds(Int64(wall * 1000)))
        record.phases = [Record.PhaseTime(name: .claim, seconds: 100)]
        record.phases += phases.map { Record.PhaseTime(name: .check, seconds: $0) }
        #expect(record.seconds == seconds)
    }

    /// A record in which every field is set.
    private func whole() throws -> Record {
        var record = try record()
        record.verdict = .rolledBack
        record.cause = .notHealthy
        record.reason = "backend \"is\" unhealthy\n; see docker compose logs in /srv/shop"
        record.hint = "see docker compose logs in /srv/shop"
        record.started = Timestamp(nanoseconds: 1_790_000_001_000_000_000)
        record.ended = Timestamp(nanoseconds: 1_790_000_030_875_000_000)
        record.directives.rollbackTo = .number(11)
        record.directives.mayRollBack = false
        record.directives.isForced = true
        record.services["Web"] = Record.Service(
            image: "nginx",
            imageID: "sha256:cc",
            digest: nil,
            source: "https://example.org/web",
            revision: nil
        )
        record.images = [
            "Web:/assets": Record.Service(
                image: "assets:1",
                imageID: "sha256:ee",
                digest: nil,
                source: nil,
                revision: nil
            )
        ]
        record.docker = DockerVersions(
            engine: "28.5.2",
            api: APIVersion(1, 51),
            compose: try #require(DockerVersion("2.40.3")),
            imageStore: "containerd"
        )
        record.compose = Record.ComposeFile(file: "/var/lib/berth/shop/compose/12.yaml", sha256: "dd")
        var dump = Record.StepResult(name: "dump", when: .before, exitCode: 0, seconds: 2)
        dump.output = Record.Backup(file: "/var/backups/berth/shop/12-shop.dump", size: 4096, sha256: "ee")
        var look = Record.StepResult(name: "look", when: .before)
        look.input = "dump"
        record.project = "shop"
        record.releaseDigest = "ee"
        record.files = Record.Files(
            file: "/var/lib/berth/shop/files/12.tar",
            sha256: "ee",
            paths: [try #require(ReleasePath("nginx/conf.d"))]
        )
        record.steps = [
            dump, look,
            Record.StepResult(name: "migrate", when: .before, exitCode: 0, seconds: 1.5),
            Record.StepResult(name: "sync", when: .after),
        ]
        record.rolledBackTo = 11
        record.filesPutBack = [try #require(ReleasePath("nginx/conf.d/a"))]
        record.running = ["backend": "sha256:aa", "Web": "sha256:cc"]
        var evidence = Evidence(Gate.Finding(service: "backend", container: "c1", problem: "is unhealthy"))
        evidence.container = Evidence.Container(
            id: "c1",
            state: "running",
            exitCode: 0,
            oomKilled: false,
            restarts: 2,
            probes: [Evidence.Probe(exitCode: 1, output: "refused")],
            log: ["ü", "\u{1b}[31m", "\u{9b}31m\u{7f}", "\u{202e}\u{2066}"]
        )
        record.evidence = [evidence, Evidence(Gate.Finding(service: "web", container: nil, problem: "has 0 of 1"))]
        return record
    }

    @Test func namesTheStepsBeforeTheSwitchThatCannotBeUndone() throws {
        #expect(try record().notUndone == nil)
        #expect(try whole().notUndone == "step migrate was not undone (backup: /var/backups/berth/shop/12-shop.dump)")
        var record = try whole()
        record.steps.removeFirst(2)
        record.steps.append(Record.StepResult(name: "seed", when: .before))
        #expect(record.notUndone == "steps migrate, seed were not undone")
        record.steps = try whole().steps.filter { $0.name != "migrate" }
        #expect(record.notUndone == nil)
    }

    @Test func isWrittenWhole() throws {
        #expect(
            String(decoding: try whole().json(), as: UTF8.self) == #"""
                {
                  "app": "shop",
                  "number": 12,
                  "request": "run/7",
                  "by": "alice (deploy)",
                  "verdict": "rolledBack",
                  "cause": "not-healthy",
                  "reason": "backend \"is\" unhealthy\n; see docker compose logs in /srv/shop",
                  "hint": "see docker compose logs in /srv/shop",
                  "received": "2026-09-21T14:13:20.250Z",
                  "started": "2026-09-21T14:13:21.000Z",
                  "ended": "2026-09-21T14:13:50.875Z",
                  "variables": {"IMAGE_TAG":"v2"},
                  "directives": {"isForced":true,"mayRollBack":false,"rollbackTo":"11"},
                  "services": {"Web":{"image":"nginx","imageID":"sha256:cc","source":"https://example.org/web"},\#
                "backend":{"digest":"ghcr.io/acme/backend@sha256:bb","image":"ghcr.io/acme/backend:v2",\#
                "imageID":"sha256:aa","revision":"4f2a"}},
                  "images": {"Web:/assets":{"image":"assets:1","imageID":"sha256:ee"}},
                  "docker": {"api":"1.51","compose":"2.40.3","engine":"28.5.2","imageStore":"containerd"},
                  "compose": {"file":"/var/lib/berth/shop/compose/12.yaml","sha256":"dd"},
                  "project": "shop",
                  "releaseDigest": "ee",
                  "files": {"file":"/var/lib/berth/shop/files/12.tar","paths":["nginx/conf.d"],"sha256":"ee"},
                  "phases": [{"name":"claim","seconds":0},{"name":"check"}],
                  "resumed": null,
                  "steps": [{"exitCode":0,"name":"dump","output":{"file":"/var/backups/berth/shop/12-shop.dump",\#
                "sha256":"ee","size":4096},"seconds":2,"when":"before"},\#
                {"input":"dump","name":"look","when":"before"},{"exitCode":0,"name":"migrate","seconds":1.5,"when":"before"},{"name":"sync","when":"after"}],
                  "rolledBackTo": 11,
                  "filesPutBack": ["nginx/conf.d/a"],
                  "running": {"Web":"sha256:cc","backend":"sha256:aa"},
                  "evidence": [{"container":{"exitCode":0,"id":"c1","log":["ü","\u001b[31m","\u009b31m\u007f","\u202e\u2066"],"oomKilled":false,\#
                "probes":[{"exitCode":1,"output":"refused"}],"restarts":2,"state":"running"},"problem":"is unhealthy",\#
                "service":"backend"},{"problem":"has 0 of 1","service":"web"}]
                }

                """#
        )
    }

    /// The documentation promises the keys and their order, which JSON tools do not preserve.
    @Test func hasTheContractsKeys() throws {
        for record in [try record(), try whole()] {
            let lines = String(decoding: try record.json(), as: UTF8.self).split(separator: "\n").dropFirst().dropLast()
            #expect(
                lines.compactMap { $0.split(separator: "\"").dropFirst().first.map(String.init) } == [
                    "app", "number", "request", "by", "verdict", "cause", "reason", "hint", "received", "started",
                    "ended", "variables", "directives", "services", "images", "docker", "compose", "project",
                    "releaseDigest", "files", "phases", "resumed", "steps", "rolledBackTo", "filesPutBack", "running",
                    "evidence",
                ]
            )
        }
    }

    @Test func comesBackAsItWas() throws {
        let waiting = Record(
            app: try #require(AppName("shop")),
            number: 1,
            received: Timestamp(nanoseconds: 1_000_000_000)
        )
        for record in [try record(), try whole(), waiting] {
            #expect(try Record(json: record.json()) == record)
        }
    }

    /// Each agent that resumes a record reads it and saves it again.
    @Test func noMomentWandersFromOneSavingToTheNext() throws {
        var record = try record()
        var generator = SplitMix(seed: 9)
        for _ in 0..<500 {
            record.ended = Timestamp(nanoseconds: Int64.random(in: 0..<2_000_000_000_000_000_000, using: &generator))
            let json = try record.json()
            #expect(try Record(json: json).json() == json)
        }
    }

    @Test(arguments: Verdict.allCases)
    func everyVerdictComesBack(verdict: Verdict) throws {
        var record = try record()
        record.verdict = verdict
        #expect(try Record(json: record.json()).verdict == verdict)
    }

    @Test(arguments: [Directives.RollbackRequest.previous, .number(1), .number(.max)])
    func everyTargetComesBack(target: Directives.RollbackRequest) throws {
        var record = try record()
        record.directives.rollbackTo = target
        #expect(try Record(json: record.json()).directives.rollbackTo == target)
    }

    /// A null value may also be left out, as other tools do.
    @Test(arguments: [
        "request", "verdict", "cause", "reason", "hint", "started", "ended", "images", "docker", "compose", "files",
        "rolledBackTo", "filesPutBack", "running",
    ])
    func whatIsUnknownIsNull(key: String) throws {
        let whole = String(decoding: try whole().json(), as: UTF8.self).split(separator: "\n")
        let without = whole.filter { !$0.hasPrefix("  \"\(key)\":") }
        let null = whole.map { $0.hasPrefix("  \"\(key)\":") ? "  \"\(key)\": null," : $0 }
        #expect(without.count == whole.count - 1)
        let record = try Record(json: Array(null.joined(separator: "\n").utf8))
        #expect(record == (try Record(json: Array(without.joined(separator: "\n").utf8))))
        #expect(String(decoding: try record.json(), as: UTF8.self).contains("  \"\(key)\": null,\n"))
    }

    @Test func itsReleaseHasAllImages() throws {
        var record = try whole()
        #expect(record.imageIDs == ["backend": "sha256:aa", "Web": "sha256:cc", "Web:/assets": "sha256:ee"])
        let release = record.release
        record.release = [:]
        #expect(record.services.isEmpty && record.images == [:])
        record.release = release
        #expect(record == (try whole()))
    }

    @Test func tellsHowFarItCame() throws {
        var record = try record()
        #expect(record.leftIn == .check)
        record.phases = []
        #expect(record.leftIn == nil)
    }

    /// A deployment that is resumed and interrupted again during its checks keeps its place.
    @Test func aSecondCheckDoesNotHideTheFirstSwitch() throws {
        var record = try record()
        record.verdict = nil
        record.phases = [.claim, .check, .pull, .up, .health, .check].map { Record.PhaseTime(name: $0) }
        #expect(record.leftIn == .health)
    }

    @Test(arguments: Cause.allCases)
    func everyCauseComesBack(cause: Cause) throws {
        var record = try record()
        record.cause = cause
        #expect(try Record(json: record.json()).cause == cause)
    }

    /// A resumed rollback still reports why it began.
    @Test(arguments: [nil, "see the log", ""])
    func theFailureComesBackAsItWasNoted(hint: String?) throws {
        let evidence = [Evidence(Gate.Finding(service: "web", container: nil, problem: "has 0 of 1"))]
        let failure = Failure(.notHealthy, "web", "is ill; see the log", hint: hint, evidence: evidence)
        var record = try record()
        record.cause = failure.cause
        record.reason = failure.reason
        record.hint = failure.hint
        record.evidence = failure.evidence
        let again = try Record(json: record.json()).failure
        #expect(again.sentence == failure.sentence && again.reason == failure.reason)
        #expect(again.cause == failure.cause && again.hint == hint && again.evidence == evidence)
    }

    /// JSON in the log of a CI job gives no order there, and is the same value.
    @Test func jsonGivesNoOrders() throws {
        var record = try record()
        let reason = "##[error]a ###[b] \u{600}##[c] #\u{200B}#[d] \u{E0001}"
        record.reason = reason
        let text = try String(decoding: record.json(), as: UTF8.self)
        #expect(!text.contains("##") && !text.unicodeScalars.contains("\u{200B}"))
        #expect(try Record(json: Array(text.utf8)).reason == reason)
    }
}
