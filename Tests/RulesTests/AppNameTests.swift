import Testing

@testable import Rules

/// Names that are valid both for a folder and as part of an image reference.
@Suite struct AppNameTests {
    @Test(arguments: [
        "a", "7", "shop", "shop-2", "my_shop", "a--b", "a-b_c-d", "0x", String(repeating: "a", count: 64),
    ])
    func isTaken(name: String) {
        #expect(AppName(name)?.description == name)
    }

    @Test(arguments: [
        "", "-", "_", "-a", "_a", "a-", "a_", "a__b", "a-_b", "a_-b", "A", "Shop", "a b", "a.b", "a/b", "..", "é",
        "a\u{301}", "a\n", "a\0", String(repeating: "a", count: 65),
    ])
    func nothingElseIs(name: String) {
        #expect(AppName(name) == nil)
    }

    /// Docker's `path-component`, without dots and with no more than one underscore in a row.
    @Test func agreesWithDockersGrammar() {
        var dice = SplitMix(seed: 4)
        for _ in 0..<5000 {
            let name = String(
                (0..<Int.random(in: 0...5, using: &dice)).compactMap { _ in
                    "ab7-_A.".randomElement(using: &dice)
                }
            )
            let isComponent = name.wholeMatch(of: /[a-z0-9]+(?:(?:_|-+)[a-z0-9]+)*/) != nil
            #expect((AppName(name) != nil) == isComponent, "\(name)")
        }
    }
}
