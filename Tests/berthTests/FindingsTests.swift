import Rules
import Testing

@testable import berth

@Suite struct FindingsTests {
    private var found: Findings {
        Findings([
            Finding(.note, .docker, "Docker Engine 26.1.5", "is old", try: nil),
            Finding(.note, .wayBack, AppName("shop"), "shop", "was never deployed", try: nil),
            Finding(.error, .spool, AppName("shop"), "/s\n/shop", "is missing", try: "make it"),
        ])
    }

    @Test func errorsComeFirstAndDecide() throws {
        #expect(found.exitStatus.code == 1)
        #expect(
            try Render.text(found, as: .lines) == """
                Errors:
                  shop: /s /shop is missing
                      try: make it
                Notes:
                  Docker Engine 26.1.5 is old
                  shop was never deployed
                """
        )
    }

    @Test func nothing() throws {
        #expect(Findings([]).exitStatus == .success)
        #expect(try Render.text(Findings([]), as: .lines) == "Nothing was found that could fail.")
        #expect(Findings([Finding(.warning, .disk, "a", "b", try: nil)]).exitStatus == .success)
    }
}
