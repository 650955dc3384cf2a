import DockerModel
import Testing

@testable import Rules
@testable import berth

@Suite struct SummaryTests {
    private let begin = Timestamp(seconds: 1_790_000_000)

    private func image(_ name: String, _ digit: Character, _ revision: String? = nil) -> Record.Service {
        Record.Service(
            image: ImageReference(rawValue: name),
            imageID: ImageID(rawValue: "sha256:" + String(repeating: digit, count: 64)),
            digest: nil,
            source: nil,
            revision: revision
        )
    }

    private func before() throws -> Record {
        var record = Record(app: try #require(AppName("shop")), number: 11, received: begin)
        record.verdict = .deployed
        record.services = [
            "backend": image("acme/shop:v1", "1", "aaaaaaaaaa"), "db": image("postgres:17", "7"),
            "old": image("acme/old:v1", "9"),
        ]
        return record
    }

    private func rolledBack() throws -> Record {
        var record = Record(app: try #require(AppName("shop")), number: 12, received: begin)
        (record.request, record.by, record.variables) = (
            "run-7", "alice (deploy)", ["IMAGE_TAG": "v2", "NOTE": "a|`b`"]
        )
        (record.verdict, record.cause) = (.rolledBack, .notHealthy)
        record.reason = "backend is unhealthy: its healthcheck fails; see its log"
        record.hint = "see its log"
        (record.started, record.ended) = (begin + .seconds(1), begin + .milliseconds(75_300))
        record.rolledBackTo = 11
        record.phases = [
            Record.PhaseTime(name: .claim, seconds: 0.004), Record.PhaseTime(name: .check, seconds: 0.35),
            Record.PhaseTime(name: .health, seconds: 70), Record.PhaseTime(name: .rollback, seconds: 2),
        ]
        record.services = [
            "backend": image("acme/shop:v2", "2", "bbbbbbbbbb"), "db": image("postgres:17", "7"),
            "new": image("acme/new:v2", "3"),
        ]
        var evidence = Evidence(Gate.Finding(service: "backend", container: "c1", problem: "is unhealthy"))
        evidence.container = Evidence.Container(
            id: "c1",
            state: "running",
            exitCode: 0,
            oomKilled: false,
            restarts: 2,
            probes: [Evidence.Probe(exitCode: 1, output: "<b>refused</b>")],
            log: ["::error::forged", "```", "##[error]forged by @eve"]
        )
        record.evidence = [evidence, Evidence(Gate.Finding(service: "web", container: nil, problem: "has 0 of 1"))]
        return record
    }

    @Test func aReleaseThatWasRolledBack() throws {
        #expect(
            Summary(record: try rolledBack(), before: try before()).markdown == """
                ## `shop #12`: rolledBack (not-healthy)

                `backend is unhealthy: its healthcheck fails`

                Try: `see its log`

                - received: `2026-09-21T14:13:20.000Z`
                - took: `1 min 12 s`
                - by: `alice (deploy)`
                - request: `run-7`
                - variables: `` IMAGE_TAG=v2 NOTE=a|`b` ``
                - rolled back to: `#11`

                | used by | image | ID | revision |
                | --- | --- | --- | --- |
                | `backend` | `acme/shop:v1` → `acme/shop:v2` | `111111111111` → `222222222222` | `aaaaaaa` → `bbbbbbb` |
                | `db` | `postgres:17` | `777777777777` |  |
                | `new` | `acme/new:v2` | `333333333333` |  |
                | `old` | `acme/old:v1` → none | `999999999999` → none |  |

                ```mermaid
                gantt
                    dateFormat x
                    axisFormat %H:%M:%S
                    todayMarker off
                    section phases
                    claim 0.0 s :1790000000000, 4ms
                    check 0.4 s :1790000001000, 350ms
                    health 1 min 10 s :crit, 1790000001350, 70000ms
                    rollback 2.0 s :1790000071350, 2000ms
                ```

                ### `backend is unhealthy`

                ````text
                healthcheck, exit code 1: <b>refused</b>
                | ::error::forged
                | ```
                | # #[error]forged by @eve
                ````

                ### `web has 0 of 1`
                """
        )
    }

    @Test func aFirstReleaseThatIsGood() throws {
        var record = Record(app: try #require(AppName("shop")), number: 1, received: begin)
        (record.verdict, record.started, record.ended) = (.deployed, begin, begin + .seconds(1))
        (record.services, record.phases) = (["web": image("nginx:alpine", "4")], [Record.PhaseTime(name: .claim)])
        #expect(
            Summary(record: record, before: nil).markdown == """
                ## `shop #1`: deployed

                - received: `2026-09-21T14:13:20.000Z`
                - took: `1.0 s`

                | used by | image | ID | revision |
                | --- | --- | --- | --- |
                | `web` | `nginx:alpine` | `444444444444` |  |

                ```mermaid
                gantt
                    dateFormat x
                    axisFormat %H:%M:%S
                    todayMarker off
                    section phases
                    claim (interrupted) :1790000000000, 0ms
                ```
                """
        )
    }

    @Test func aRefusedDropNamesNoImages() throws {
        var record = Record(app: try #require(AppName("shop")), number: 3, received: begin)
        (record.verdict, record.cause, record.reason) = (.refused, .nameBarred, ".env.deploy line 2: a\n# b <img> @eve")
        #expect(
            Summary(record: record, before: try before()).markdown == """
                ## `shop #3`: refused (name-barred)

                `.env.deploy line 2: a # b <img> @eve`

                - received: `2026-09-21T14:13:20.000Z`
                """
        )
    }

    // MARK: - For GitHub's runner

    @Test func aBadVerdictIsAnAnnotation() throws {
        var record = try rolledBack()
        record.reason = "a::b\n##[error]100 %"
        #expect(
            Annotation.text(record) == "::error title=shop #12%3A rolledBack::a::b # #[error]100 %25"
        )
        #expect(Annotation.text(try before()) == nil)
    }

    /// A line of a container's log, and what is printed.
    @Test(arguments: [
        ("##[error]x", "# #[error]x"), ("a ###[group]", "a ## #[group]"), ("##vso[task.x]", "# #vso[task.x]"),
        ("::error::x", ": :error::x"), (" \u{A0}::add-mask::x", ": :add-mask::x"), ("\n::error::x", ": :error::x"),
        // One character for a person, and an order for the runner.
        ("\u{600}##[set-output name=a]b", "\u{600}# #[set-output name=a]b"), ("#\u{200B}#[error]x", "# #[error]x"),
        ("##\u{301}[error]x", "##\u{301}[error]x"), ("::error::\u{200D}x", ": :error::x"),
        ("\u{FEFF}::error::x", ": :error::x"), ("## Title [a]", "## Title [a]"), ("listens on ::", "listens on ::"),
        ("::1", "::1"), ("a::b::c", "a::b::c"),
    ])
    func noLineGivesOrders(line: String, printed: String) {
        #expect(line.inOneLine == printed)
    }
}
