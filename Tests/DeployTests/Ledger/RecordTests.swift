import Docker
import FoundationEssentials
import SystemPackage
import Testing

@testable import Deploy

@Suite struct RecordTests {
    private func record() throws -> Record {
        var record = Record(
            app: try #require(AppName("shop")),
            number: 12,
            received: Date(timeIntervalSince1970: 1_790_000_000.25)
        )
        record.request = "run/7"
        record.verdict = .deployed
        record.variables = ["IMAGE_TAG": "v2"]
        record.services["backend"] = Record.Release(
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
                  "verdict": "deployed",
                  "reason": null,
                  "received": "2026-09-21T14:13:20.250Z",
                  "started": null,
                  "ended": null,
                  "variables": {"IMAGE_TAG":"v2"},
                  "directives": {"isForced":false,"mayRollBack":true},
                  "services": {"backend":{"digest":"ghcr.io/acme/backend@sha256:bb","image":"ghcr.io/acme/backend:v2",\
                "imageID":"sha256:aa","revision":"4f2a"}},
                  "compose": null,
                  "phases": [{"name":"claim","seconds":0},{"name":"check"}],
                  "steps": [],
                  "rolledBackTo": null,
                  "running": null,
                  "evidence": []
                }

                """
        )
    }

    /// A record of which everything is known.
    private func whole() throws -> Record {
        var record = try record()
        record.verdict = .rolledBack
        record.reason = "backend \"is\" unhealthy\n; see docker compose logs in /srv/shop"
        record.started = Date(timeIntervalSince1970: 1_790_000_001)
        record.ended = Date(timeIntervalSince1970: 1_790_000_030.875)
        record.directives.rollbackTo = .number(11)
        record.directives.mayRollBack = false
        record.directives.isForced = true
        record.services["Web"] = Record.Release(
            image: "nginx",
            imageID: "sha256:cc",
            digest: nil,
            source: "https://example.org/web",
            revision: nil
        )
        record.compose = Record.ComposeFile(file: "/var/lib/berth/shop/compose/12.yaml", sha256: "dd")
        record.steps = [
            Record.StepResult(name: "migrate", when: .before, exitCode: 0, seconds: 1.5),
            Record.StepResult(name: "sync", when: .after),
        ]
        record.rolledBackTo = 11
        record.running = ["backend": "sha256:aa", "Web": "sha256:cc"]
        var evidence = Evidence(Gate.Finding(service: "backend", container: "c1", problem: "is unhealthy"))
        evidence.container = Evidence.Container(
            id: "c1",
            state: "running",
            exitCode: 0,
            oomKilled: false,
            restarts: 2,
            probes: [Evidence.Probe(exitCode: 1, output: "refused")],
            log: ["ü", "\u{1b}[31m"]
        )
        record.evidence = [evidence, Evidence(Gate.Finding(service: "web", container: nil, problem: "has 0 of 1"))]
        return record
    }

    @Test func isWrittenWhole() throws {
        #expect(
            String(decoding: try whole().json(), as: UTF8.self) == #"""
                {
                  "app": "shop",
                  "number": 12,
                  "request": "run/7",
                  "verdict": "rolledBack",
                  "reason": "backend \"is\" unhealthy\n; see docker compose logs in /srv/shop",
                  "received": "2026-09-21T14:13:20.250Z",
                  "started": "2026-09-21T14:13:21.000Z",
                  "ended": "2026-09-21T14:13:50.875Z",
                  "variables": {"IMAGE_TAG":"v2"},
                  "directives": {"isForced":true,"mayRollBack":false,"rollbackTo":"11"},
                  "services": {"Web":{"image":"nginx","imageID":"sha256:cc","source":"https://example.org/web"},\#
                "backend":{"digest":"ghcr.io/acme/backend@sha256:bb","image":"ghcr.io/acme/backend:v2",\#
                "imageID":"sha256:aa","revision":"4f2a"}},
                  "compose": {"file":"/var/lib/berth/shop/compose/12.yaml","sha256":"dd"},
                  "phases": [{"name":"claim","seconds":0},{"name":"check"}],
                  "steps": [{"exitCode":0,"name":"migrate","seconds":1.5,"when":"before"},{"name":"sync","when":"after"}],
                  "rolledBackTo": 11,
                  "running": {"Web":"sha256:cc","backend":"sha256:aa"},
                  "evidence": [{"container":{"exitCode":0,"id":"c1","log":["ü","\u001b[31m"],"oomKilled":false,\#
                "probes":[{"exitCode":1,"output":"refused"}],"restarts":2,"state":"running"},"problem":"is unhealthy",\#
                "service":"backend"},{"problem":"has 0 of 1","service":"web"}]
                }

                """#
        )
    }

    /// The contract names the keys and their order, which JSON's own tools do not show.
    @Test func hasTheContractsKeys() throws {
        for record in [try record(), try whole()] {
            let lines = String(decoding: try record.json(), as: UTF8.self).split(separator: "\n").dropFirst().dropLast()
            #expect(
                lines.compactMap { $0.split(separator: "\"").dropFirst().first.map(String.init) } == [
                    "app", "number", "request", "verdict", "reason", "received", "started", "ended", "variables",
                    "directives", "services", "compose", "phases", "steps", "rolledBackTo", "running", "evidence",
                ]
            )
        }
    }

    @Test func comesBackAsItWas() throws {
        let waiting = Record(app: try #require(AppName("shop")), number: 1, received: Date(timeIntervalSince1970: 1))
        for record in [try record(), try whole(), waiting] {
            #expect(try Record(json: record.json()) == record)
        }
    }

    /// A record is read and saved again by each agent that resumes it.
    @Test func noMomentWandersFromOneSavingToTheNext() throws {
        var record = try record()
        var generator = SplitMix(seed: 9)
        for _ in 0..<500 {
            record.ended = Date(
                timeIntervalSince1970: 1_790_000_000 + Double.random(in: 0..<100_000, using: &generator)
            )
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

    @Test(arguments: [Directives.Target.previous, .number(1), .number(.max)])
    func everyTargetComesBack(target: Directives.Target) throws {
        var record = try record()
        record.directives.rollbackTo = target
        #expect(try Record(json: record.json()).directives.rollbackTo == target)
    }

    /// What is null may also be left out, as other tools do.
    @Test(arguments: [
        "request", "verdict", "reason", "started", "ended", "compose", "rolledBackTo", "running",
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

    @Test func tellsHowFarItCame() throws {
        var record = try record()
        #expect(record.phase == nil)
        record.verdict = nil
        #expect(record.phase == .check)
    }

    /// One that was resumed, and interrupted again while it checked, has come no less far.
    @Test func aSecondCheckDoesNotHideTheFirstSwitch() throws {
        var record = try record()
        record.verdict = nil
        record.phases = [.claim, .check, .pull, .up, .health, .check].map { Record.PhaseTime(name: $0) }
        #expect(record.phase == .health)
    }
}
