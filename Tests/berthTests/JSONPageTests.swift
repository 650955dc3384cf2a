import DockerModel
import FoundationEssentials
import Linux
import Support
import SystemPackage
import Testing

@testable import Deploy
@testable import Rules
@testable import berth

/// `docs/json.md` has each key that a command prints, and no other.
@Suite struct JSONPageTests {
    private static func app() throws -> AppName { try #require(AppName("shop")) }
    private static let moment = Timestamp(seconds: 1_790_000_000)

    @Test func show() throws { try hold("berth show", RecordAnswer(record: Self.record())) }

    @Test func history() throws { try hold("berth history", Self.history()) }

    @Test func status() throws {
        let deployment = try Deployments.Deployment(Self.record())
        let app = Overview.App(
            app: try Self.app(),
            runs: deployment,
            since: Self.moment,
            last: deployment,
            current: deployment,
            goesBackTo: 1,
            hold: "why",
            unreadable: [2]
        )
        try hold("berth status", Overview(agentRuns: true, apps: [app]), opaque: ["runs", "last", "current"])
    }

    @Test func whetherAnAppIsHeld() throws {
        try hold("berth hold, berth resume", HoldAnswer(app: try Self.app(), hold: "why"))
    }

    @Test func aDrop() throws {
        try hold("berth deploy, berth rollback", Dropped(app: Self.app(), request: "berth-7"))
    }

    @Test func plan() throws { try hold("berth plan", Self.plan(), opaque: ["filesystems", "removals"]) }

    @Test func prune() throws {
        try hold("berth prune", PruneAnswer(report: Self.report, settings: DiskSettings()))
    }

    @Test func check() throws { try hold("berth check", Findings([Self.finding()])) }

    @Test func setup() throws {
        var facts = SetupFacts(app: try Self.app(), directory: "/a", user: "deploy", settingsFile: "/e")
        let folder = FileFacts(path: "/a", kind: .folder, owner: "", group: "", mode: 0o755, changed: Self.moment)
        let identity = SetupFacts.File.Identity(device: 1, inode: 2)
        facts.folder = SetupFacts.File(name: nil, facts: folder, identity: identity, links: 2)
        let answer = SetupAnswer(
            app: try Self.app(),
            home: "/home/deploy",
            setup: try facts.setup(),
            progress: .failed(after: 0, Failure(.setupRefused, "a", "b", hint: "c")),
            findings: Findings([try Self.finding()])
        )
        try hold("berth init", answer, opaque: ["findings"])
    }

    /// Scripts compare with these.
    @Test func eachWordThatAKeyCanHaveIsOnThePage() throws {
        let words: [(section: String, words: [String])] = [
            ("berth show", Verdict.allCases.map(\.rawValue)),
            ("berth plan", Plan.Action.allCases.map(\.rawValue) + Drift.Difference.Kind.allCases.map(\.rawValue)),
            ("berth check", Finding.Severity.allCases.map(\.rawValue) + Finding.Area.allCases.map(\.rawValue)),
            ("berth init", SetupAnswer.Item.Outcome.allCases.map(\.rawValue)),
        ]
        for (section, words) in words {
            let told = try Set(Repository.section(section, of: "docs/json.md").code)
            #expect(Set(words).subtracting(told).sorted() == [], "\(section)")
        }
    }

    /// - Parameter opaque: the names of members that the page describes elsewhere.
    private func hold(_ title: String, _ answer: some Answer, opaque: Set<String> = []) throws {
        let documented = try Self.page(title)
        let printed = try JSON(json: answer.json()).paths(opaque, below: documented)
        #expect(printed.subtracting(documented).sorted() == [], "not on the page")
        #expect(documented.subtracting(printed).sorted() == [], "not printed")
    }

    /// The keys of one section.
    private static func page(_ title: String) throws -> Set<String> {
        let file = FilePath(#filePath).removingLastComponents(3).appending("docs/json.md")
        let text = String(decoding: try File.read(file), as: UTF8.self)
        let section = try #require(text.split(separator: "\n## ").first { $0.hasPrefix(title + "\n") })
        let rows = section.split(separator: "\n").filter { $0.hasPrefix("| `") }
        let cells = rows.compactMap { $0.split(separator: "|").first }
        return Set(cells.joined(separator: ",").split(separator: ",").map { $0.filter { $0 != " " && $0 != "`" } })
    }
}

extension JSON {
    fileprivate init(json text: String) throws {
        self = try JSONDecoder().decode(JSON.self, from: Data(text.utf8))
    }

    /// The paths of all members that are no objects and no lists of objects.
    fileprivate func paths(_ opaque: Set<String>, below known: Set<String>, _ path: String = "") -> Set<String> {
        switch self {
        case .object(let members):
            let isMap = known.contains { $0.hasPrefix("\(path).*") }
            return members.reduce(into: []) { paths, member in
                let name = isMap ? "*" : member.key
                let next = path.isEmpty ? name : "\(path).\(name)"
                guard !opaque.contains(member.key) else {
                    if case .array = member.value { paths.insert("\(next)[]") } else { paths.insert(next) }
                    return
                }
                paths.formUnion(member.value.paths(opaque, below: known, next))
            }
        case .array(let elements):
            return elements.reduce(into: []) { $0.formUnion($1.paths(opaque, below: known, "\(path)[]")) }
        default: return [path]
        }
    }
}

/// Answers in which every member has a value.
extension JSONPageTests {
    private static func record() throws -> Record {
        var record = Record(app: try app(), number: 12, received: moment)
        (record.request, record.by, record.verdict, record.cause) = ("run-7", "alice", .rolledBack, .notHealthy)
        (record.reason, record.hint, record.started, record.ended) = ("why; what", "what", moment, moment)
        record.variables = ["IMAGE_TAG": "v2"]
        record.directives.rollbackTo = .number(11)
        let service = Record.Service(
            image: "a:1",
            imageID: "sha256:1",
            digest: "a@sha256:2",
            source: "s",
            revision: "r"
        )
        (record.services, record.images) = (["web": service], ["web:/assets": service])
        record.docker = DockerVersions(
            engine: "28.5.2",
            api: APIVersion(1, 51),
            compose: try #require(DockerVersion("2.40.3")),
            imageStore: "containerd"
        )
        record.compose = Record.ComposeFile(file: "12.yaml", sha256: "dd")
        (record.project, record.releaseDigest, record.resumed) = ("shop", "ee", 1)
        record.files = Record.Files(file: "12.tar", sha256: "ee", paths: [try #require(ReleasePath("conf"))])
        record.phases = [Record.PhaseTime(name: .claim, seconds: 0)]
        record.phases[0].remembered = [.version]
        var step = Record.StepResult(name: "dump", when: .before, exitCode: 0, seconds: 2)
        (step.input, step.output) = ("other", Record.Backup(file: "12-a", size: 1, sha256: "ff"))
        (record.steps, record.rolledBackTo, record.filesPutBack) = ([step], 11, [try #require(ReleasePath("conf/a"))])
        record.running = ["web": "sha256:1"]
        var evidence = Evidence(Gate.Finding(service: "web", container: "c1", problem: "is unhealthy"))
        evidence.container = Evidence.Container(
            id: "c1",
            state: "running",
            exitCode: 0,
            oomKilled: false,
            restarts: 2,
            probes: [Evidence.Probe(exitCode: 1, output: "refused")],
            log: ["line"]
        )
        record.evidence = [evidence]
        return record
    }

    private static func finding() throws -> Finding {
        Finding(.error, .spool, try app(), "/s", "is missing", try: "make it")
    }

    private static func history() throws -> Deployments {
        var current = Record(app: try app(), number: 13, received: moment)
        (current.started, current.phases) = (moment, [Record.PhaseTime(name: .pull)])
        var history = Deployments(app: try app())
        history.deployments = [current, try record()].map(Deployments.Deployment.init)
        history.unreadable = [9]
        return history
    }

    private static func plan() throws -> Plan {
        var plan = Plan(app: try app())
        plan.refuse(Failure(.noRoom, "the disk", "is full", hint: "make room"))
        plan.putsBack = Plan.GoodRelease(number: 3, imageTag: "v1", images: ["web": "sha256:1"])
        plan.wayBack = plan.putsBack
        plan.noWayBack = "why"
        plan.services = [
            Plan.Service(
                service: "web",
                action: .change,
                image: "a:2",
                imageID: "sha256:2",
                revision: "r",
                now: Plan.Present(image: "a:1", imageID: "sha256:1", revision: "r")
            )
        ]
        plan.images = [Plan.Image(use: "web:/assets", image: "a:2", imageID: "sha256:4")]
        plan.steps = [Plan.Step(name: "dump", when: .before, service: "db", in: .running, input: "a", output: "/b")]
        plan.drift = [Drift.Difference(kind: .stopped, subject: "web", text: "web does not run")]
        plan.room = Plan.Room(report: report)
        return plan
    }

    private static var report: PruneReport {
        let space = Filesystem.Amount(used: 5, available: 5)
        let usage = Usage([Filesystem(path: "/", holds: [], space: space, inodes: space)])
        let removal = Removal(
            subject: .image(id: "sha256:3", names: ["old:1"]),
            reason: .unused(isLocal: true),
            size: 4,
            frees: 4
        )
        return PruneReport(
            before: usage,
            steps: [PruneReport.Step(removal: removal, outcome: .failed("in use"))],
            kept: [Kept(subject: .image(id: "sha256:5", names: ["new:1"]), reason: .named, size: 1)],
            after: usage
        )
    }
}
