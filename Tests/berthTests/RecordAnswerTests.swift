import Deploy
import DockerModel
import Rules
import Testing

@testable import berth

@Suite struct RecordAnswerTests {
    private let begin = Timestamp(seconds: 1_790_000_000)

    private func made() throws -> Record {
        var record = Record(app: try #require(AppName("shop")), number: 12, received: begin)
        (record.request, record.by) = ("run-7", "alice (deploy)")
        record.variables = ["IMAGE_TAG": "v2"]
        record.verdict = .rolledBack
        record.cause = .notHealthy
        record.reason = "backend is unhealthy; see its log"
        record.started = begin + .seconds(1)
        record.ended = begin + .milliseconds(75_300)
        record.rolledBackTo = 11
        record.phases = [Record.PhaseTime(name: .check, seconds: 0.35), Record.PhaseTime(name: .up, seconds: 70)]
        record.services = [
            "backend": Record.Service(
                image: "acme/shop:v2",
                imageID: ImageID(rawValue: "sha256:" + String(repeating: "2", count: 64)),
                digest: nil,
                source: nil,
                revision: "bbbbbbbbbb"
            )
        ]
        return record
    }

    private func text(_ answer: some Answer, after time: Duration) throws -> String {
        try Render.text(answer, as: .terminal(width: 80, isStyled: false), at: begin + time)
    }

    @Test func oneDeployment() throws {
        let found = try text(RecordAnswer(record: try made()), after: .seconds(3 * 3600))
        #expect(
            found == """
                shop #12: rolledBack (not-healthy)
                  backend is unhealthy; see its log
                  received        3 h ago
                  took            1 min 10 s
                  by              alice (deploy)
                  request         run-7
                  variables       IMAGE_TAG=v2
                  rolled back to  #11
                Images:
                  USED BY  IMAGE         ID            REVISION
                  backend  acme/shop:v2  222222222222  bbbbbbb
                Phases:
                  check       0.4 s
                  up     1 min 10 s
                """
        )
    }

    @Test func severalDeployments() throws {
        var deployments = Deployments(app: try #require(AppName("shop")))
        #expect(try text(deployments, after: .zero) == "shop has no deployments yet.")
        var current = Record(app: try #require(AppName("shop")), number: 13, received: begin + .seconds(80))
        current.started = current.received
        current.phases = [Record.PhaseTime(name: .pull)]
        deployments.deployments = try [current, made()].map(Deployments.Deployment.init)
        deployments.unreadable = [9]
        let found = try text(deployments, after: .seconds(90))
        #expect(
            found == """
                   #  VERDICT     RECEIVED         TOOK  BY              IMAGE_TAG
                  13  pull …      10 s ago
                  12  rolledBack  1 min ago  1 min 10 s  alice (deploy)  v2
                      backend is unhealthy; see its log
                These records cannot be read: #9.
                """
        )
        #expect(deployments.exitStatus == .incomplete)
    }

    @Test func aPipeGetsTheMomentsAsTheyAre() throws {
        let text = try Render.text(RecordAnswer(record: try made()), as: .lines)
        #expect(text.contains("received        \(begin.inMilliseconds)"))
    }
}
