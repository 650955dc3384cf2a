import Testing

@testable import Rules

/// What Compose's own reader makes of these files (compose-go, package dotenv).
@Suite struct DotenvTests {
    private func values(_ text: String) -> [String] {
        Dotenv(text).variables.map { "\($0.name)=\($0.spellings.last ?? "")" }
    }

    @Test(
        arguments: [
            ("A=1\nB=2", ["A=1", "B=2"]), ("A=1\r\nB=2\r\n", ["A=1", "B=2"]), ("  A = 1 \n", ["A=1"]),
            ("export A=1", ["A=1"]), ("A: 1", ["A=1"]), ("# A=1\n  # B=2\nC=3", ["C=3"]), ("A\nB=1", ["B=1"]),
            ("A=\nB=1", ["A=", "B=1"]), ("A=1 # one\nB=1#2", ["A=1", "B=1#2"]),
            ("A='one\ntwo' # both\nB=1", ["A=one\ntwo", "B=1"]), ("A=\"one\\ntwo\"", ["A=one\ntwo"]),
            ("A='one\\ntwo'", ["A=one\\ntwo"]), ("A=\"a \\\" b\"", ["A=a \" b"]), ("A='a \\' b'", ["A=a ' b"]),
            ("A=\"a\\$b\"", ["A=a$b"]), ("A=\"open\nB=1", ["A=\"open", "B=1"]), ("A=a\"b\"\n", ["A=a\"b\""]),
            ("", []), ("=1", ["=1"]), ("A=\"\"", ["A="]), ("export\tA=1", ["A=1"]), ("export=1", ["export=1"]),
            ("\u{FEFF}A=1", ["A=1"]),
            // An accent joins a mark only for a person.
            ("A=\u{301}1", ["A=\u{301}1"]), ("A=\"\u{301}1\"", ["A=\u{301}1"]), ("A='1'\u{301}\nB=2", ["A=1", "B=2"]),
        ] as [(String, [String])]
    )
    func isReadAsComposeReadsIt(text: String, expected: [String]) {
        #expect(values(text) == expected)
    }

    @Test(
        arguments: [
            ("A=${B}\nC=$D-$$E # $F\n# $G", ["B", "D"]), ("A=\"\n${B:-${C}}\"\nD=1", ["B", "C"]), ("A='$B'", ["B"]),
            ("A\nexport B\nC=1", ["A", "B"]), ("A=1", []),
        ] as [(String, Set<String>)]
    )
    func saysWhatItUses(text: String, uses: Set<String>) {
        #expect(Dotenv(text).uses == uses)
    }

    @Test func namesAreAlsoThoseWithoutAValue() {
        let text = "A=1\nexport B = 2\n# C=3\nD: 4\nKEY=\"first\nsecond\"\nE\n"
        #expect(Dotenv(text).names == ["A", "B", "D", "KEY", "E"])
    }

    @Test func theLastOfANameCounts() {
        #expect(Dotenv("A=1\nA=2")["A"] == "2")
        #expect(Dotenv("A=1")["B"] == nil)
    }
}
