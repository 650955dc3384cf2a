import Testing

@testable import Rules

@Suite struct DirectivesTests {
    private func parse(_ text: String, allowed: Set<String>? = nil) throws(DropRefusal) -> Drop {
        try Drop(parsing: Array(text.utf8), registry: "ghcr.io", allowed: allowed)
    }

    private static func directives(
        to target: Directives.RollbackRequest? = nil,
        mayRollBack: Bool = true,
        isForced: Bool = false
    ) -> Directives {
        var directives = Directives()
        directives.rollbackTo = target
        directives.mayRollBack = mayRollBack
        directives.isForced = isForced
        return directives
    }

    @Test(arguments: [
        ("A=1\nGITHUB_ACTOR=ci\nGITHUB_TOKEN=t\nBERTH_REQUEST=r\n", directives()),
        ("BERTH_ROLLBACK=never\n", directives(mayRollBack: false)),
        ("BERTH_FORCE=1\n", directives(isForced: true)),
        ("A=1\nBERTH_FORCE=1\nB=2\nBERTH_ROLLBACK=never\n", directives(mayRollBack: false, isForced: true)),
        ("BERTH_ROLLBACK_TO=previous\n", directives(to: .previous)),
        ("BERTH_ROLLBACK_TO=1\n", directives(to: .number(1))),
        ("BERTH_ROLLBACK_TO=12\r\n", directives(to: .number(12))),
        ("BERTH_ROLLBACK_TO=9223372036854775807\n", directives(to: .number(.max))),
        // If a name comes twice, the last one wins.
        ("BERTH_ROLLBACK_TO=previous\nBERTH_ROLLBACK_TO=3\n", directives(to: .number(3))),
        // A rollback by hand may have all other directives, but no variables.
        (
            "BERTH_ROLLBACK_TO=3\nBERTH_FORCE=1\nBERTH_REQUEST=r\nGITHUB_ACTOR=ci\nGITHUB_TOKEN=t\n",
            directives(to: .number(3), isForced: true)
        ),
        // Directives are case-sensitive.
        ("berth_force=1\nBERTHFORCE=1\nBERTH=1\n", directives()),
    ])
    func areTaken(drop: String, directives: Directives) throws {
        #expect(try parse(drop).directives == directives)
    }

    @Test func areNotHandedToCompose() throws {
        let drop = try parse("A=1\nBERTH_ROLLBACK=never\nBERTH_FORCE=1\nBERTH_REQUEST=r\n")
        #expect(drop.variables == ["A": "1"])
        #expect(drop.request == "r")
    }

    @Test func needNoPlaceAmongTheAppsVariables() throws {
        let drop = try parse("A=1\nBERTH_ROLLBACK=never\nBERTH_FORCE=1\n", allowed: ["A"])
        #expect(drop.directives == Self.directives(mayRollBack: false, isForced: true))
        #expect(try parse("BERTH_ROLLBACK_TO=3\n", allowed: []).directives == Self.directives(to: .number(3)))
    }

    /// A drop, the wrong line, and the name in the refusal.
    @Test(
        arguments: [
            ("BERTH_ROLLBACK=\n", 1, "BERTH_ROLLBACK"), ("A=1\nBERTH_ROLLBACK=auto\n", 2, "BERTH_ROLLBACK"),
            ("BERTH_ROLLBACK=Never\n", 1, "BERTH_ROLLBACK"), ("BERTH_ROLLBACK=never \n", 1, "BERTH_ROLLBACK"),
            ("BERTH_FORCE=\n", 1, "BERTH_FORCE"), ("BERTH_FORCE=0\n", 1, "BERTH_FORCE"),
            ("BERTH_FORCE=yes\n", 1, "BERTH_FORCE"), ("BERTH_FORCE=1\nBERTH_FORCE=true\n", 2, "BERTH_FORCE"),
            ("BERTH_ROLLBACK_TO=\n", 1, "BERTH_ROLLBACK_TO"), ("BERTH_ROLLBACK_TO=0\n", 1, "BERTH_ROLLBACK_TO"),
            ("BERTH_ROLLBACK_TO=-1\n", 1, "BERTH_ROLLBACK_TO"), ("BERTH_ROLLBACK_TO=1.5\n", 1, "BERTH_ROLLBACK_TO"),
            ("BERTH_ROLLBACK_TO= 1\n", 1, "BERTH_ROLLBACK_TO"), ("BERTH_ROLLBACK_TO=#1\n", 1, "BERTH_ROLLBACK_TO"),
            ("BERTH_ROLLBACK_TO=last\n", 1, "BERTH_ROLLBACK_TO"),
            ("BERTH_ROLLBACK_TO=Previous\n", 1, "BERTH_ROLLBACK_TO"),
            ("BERTH_ROLLBACK_TO=99999999999999999999\n", 1, "BERTH_ROLLBACK_TO"),
            ("BERTH_ROLLBACK_TO=٣\n", 1, "BERTH_ROLLBACK_TO"),
            ("BERTH_ROLL_BACK=never\n", 1, "BERTH_ROLL_BACK"), ("BERTH_=1\n", 1, "BERTH_"),
            ("A=1\nBERTH_Force=1\n", 2, "BERTH_Force"),
            // Ambiguous.
            ("BERTH_ROLLBACK_TO=previous\nIMAGE_TAG=v1\n", nil, "IMAGE_TAG"),
            ("IMAGE_TAG=v1\nENV=test\nBERTH_ROLLBACK_TO=3\n", nil, "ENV"),
        ] as [(String, Int?, String)]
    )
    func thatSaySomethingElseRefuseTheDrop(drop: String, line: Int?, name: String) throws {
        let refusal = try #require(throws: DropRefusal.self) { try parse(drop) }
        #expect(refusal.line == line)
        #expect(refusal.problem.contains(name))
        #expect(refusal.cause == .directiveInvalid)
        #expect(refusal.hint?.isEmpty == false)
    }
}
