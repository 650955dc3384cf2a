import Testing

@testable import Rules

/// A forced command names the person; the drop of the client must not.
@Suite struct SettingTests {
    private func signed(_ drop: [UInt8]) -> [UInt8] { DropParser.setting("BERTH_BY", to: "alice", in: drop) }

    private func signed(_ drop: String) -> String { String(decoding: signed(Array(drop.utf8)), as: UTF8.self) }

    /// What a client may send, and what is left of it.
    @Test(arguments: [
        ("", ""), ("A=1", "A=1\n"), ("A=1\n", "A=1\n"), ("A=1\r\n", "A=1\r\n"),
        ("BERTH_BY=eve\nA=1\n", "\nA=1\n"), ("A=1\nBERTH_BY=eve", "A=1\n"), ("A=1\nBERTH_BY=eve\r\n", "A=1\n\n"),
        ("BERTH_BY=eve\nA=1\nBERTH_BY=eve\nBERTH_BY=\n", "\nA=1\n\n\n"), ("BERTH_BY==eve\n", "\n"),
        ("BERTH_BY=eve\rBERTH_BY=eve\n", "\n"),
        // None of these is a line that sets it; the drop is refused, or the line skipped.
        ("BERTH_BY=eve\0\n", "BERTH_BY=eve\0\n"), ("\0BERTH_BY=eve\n", "\0BERTH_BY=eve\n"),
        (" BERTH_BY=eve\n", " BERTH_BY=eve\n"), ("\rBERTH_BY=eve\n", "\rBERTH_BY=eve\n"),
        ("BERTH_BY =eve\n", "BERTH_BY =eve\n"), ("\u{FEFF}BERTH_BY=eve\n", "\u{FEFF}BERTH_BY=eve\n"),
        ("berth_by=eve\n", "berth_by=eve\n"), ("# BERTH_BY=eve\n", "# BERTH_BY=eve\n"), ("BERTH_BY\n", "BERTH_BY\n"),
        ("A=1\u{2028}BERTH_BY=eve\n", "A=1\u{2028}BERTH_BY=eve\n"),
    ])
    func theClientsOwnLinesGo(drop: String, rest: String) {
        #expect(signed(drop) == rest + "BERTH_BY=alice\n")
        #expect(Drop.by(in: Array(signed(drop).utf8)) == "alice")
    }

    @Test func aNameThatIsNoTextGoesNoFurther() {
        let drop = Array("BERTH_BY=".utf8) + [0xFF] + Array("eve\nA=1\n".utf8)
        #expect(Drop.by(in: signed(drop)) == "alice")
        #expect(DropParser.parse(signed(drop)).refusal?.line == 1)
    }

    @Test func linesKeepTheirNumbers() throws {
        let refusal = DropParser.parse(Array(signed("BERTH_BY=eve\nexport A=1\n").utf8)).refusal
        #expect(try #require(refusal).line == 2)
    }

    /// With one line more than a drop may have, its name would not be read.
    @Test func aDropThatIsFullIsNotSigned() {
        let full = (0..<200).map { "A\($0)=1\n" }.joined()
        #expect(Drop.by(in: Array(signed(full).utf8)) == nil)
        let withName = (0..<199).map { "A\($0)=1\n" }.joined() + "BERTH_BY=eve\nBERTH_BY=eve\n"
        #expect(Drop.by(in: Array(signed(withName).utf8)) == "alice")
    }

    /// Any bytes: the parser sees alice, or nobody.
    @Test(arguments: UInt64(0)..<300) func noSpellingGetsPast(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let pieces = [
            "BERTH_BY=", "eve", "\n", "\r", "\0", " ", "\t", "=", "#", "A=1", "\u{FEFF}", "export ", "\u{85}",
        ]
        let drop = (0..<20).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
        let names = DropParser.parse(Array(signed(drop).utf8)).assignments.filter { $0.name == "BERTH_BY" }
        #expect(names.map(\.value) == ["alice"])
    }
}
