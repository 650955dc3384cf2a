import DockerModel
import Testing

@testable import Rules
@testable import berth

@Suite struct PruneTests {
    private let removal = Removal(
        subject: .image(id: "sha256:3333333333333333", names: ["old:1"]),
        reason: .unused(isLocal: true),
        size: 4_000_000,
        frees: 4_000_000
    )
    private let usage = Usage([
        Filesystem(path: "/", holds: [], space: .init(used: 5, available: 5), inodes: .init(used: 1, available: 9))
    ])

    private func answer(_ outcome: PruneReport.Outcome) -> PruneAnswer {
        let kept = Kept(subject: .volume("db"), reason: .named, size: nil)
        let report = PruneReport(
            before: usage,
            steps: [PruneReport.Step(removal: removal, outcome: outcome)],
            kept: [kept],
            after: outcome == .planned ? nil : usage
        )
        return PruneAnswer(report: report, settings: DiskSettings())
    }

    @Test func asLines() throws {
        #expect(
            try Render.text(answer(.planned), as: .terminal(width: 80, isStyled: false)) == """
                Before (guard 80 %, target 70 %):
                  /  50 %  of 10 B  10 % of its inodes
                Would remove:
                  4 MB  image old:1  333333333333  unused, and not from a registry
                Kept:
                  ?  volume db  named, or not marked as anonymous by the Engine
                """
        )
        let failed = try Render.text(answer(.failed("in use")), as: .lines)
        #expect(failed.contains("Could not be removed:\n  4 MB  image old:1"))
        #expect(failed.contains("not from a registry; in use\n"))
        #expect(failed.hasSuffix("After:\n  /  50 %  of 10 B  10 % of its inodes"))
    }

    @Test func nothingToDo() throws {
        let report = PruneReport(before: nil, after: nil)
        let answer = PruneAnswer(report: report, settings: DiskSettings())
        #expect(try Render.text(answer, as: .lines) == "Nothing is to be removed.")
        #expect(answer.exitStatus == .incomplete)
    }

    @Test func exitCodes() {
        #expect(answer(.planned).exitStatus == .success)
        #expect(answer(.removed).exitStatus == .success)
        #expect(answer(.failed("in use")).exitStatus == .incomplete)
    }

    @Test func asJSON() throws {
        #expect(
            try Render.text(answer(.removed), as: .json) == """
                {
                  "after" : [
                    {
                      "inodesPercent" : 10,
                      "path" : "/",
                      "percent" : 50,
                      "size" : 10,
                      "used" : 5
                    }
                  ],
                  "before" : [
                    {
                      "inodesPercent" : 10,
                      "path" : "/",
                      "percent" : 50,
                      "size" : 10,
                      "used" : 5
                    }
                  ],
                  "kept" : [
                    {
                      "id" : "db",
                      "kind" : "volume",
                      "names" : [

                      ],
                      "reason" : "named, or not marked as anonymous by the Engine"
                    }
                  ],
                  "removals" : [
                    {
                      "frees" : 4000000,
                      "id" : "sha256:3333333333333333",
                      "kind" : "image",
                      "names" : [
                        "old:1"
                      ],
                      "outcome" : "removed",
                      "reason" : "unused, and not from a registry"
                    }
                  ]
                }
                """
        )
    }
}
