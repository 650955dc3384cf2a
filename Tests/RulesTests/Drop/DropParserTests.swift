import Testing

@testable import Rules

/// The semantics of the script's loop, one by one.
@Suite struct DropParserTests {
    @Test(arguments: [
        ("A=1\nB=2\n", ["A": "1", "B": "2"]),
        ("A=1", ["A": "1"]),
        ("A=1\n\nB=2", ["A": "1", "B": "2"]),
        ("", [:]),
        ("# A=1\n", [:]),
        ("  # A=1\n", [:]),
        (" \t\n", [:]),
        ("A\n", [:]),
        ("A=\n", ["A": ""]),
        ("A=b=c=\n", ["A": "b=c="]),
        ("A=\"quoted\" 'too' $HOME `id` $(id) \\n\n", ["A": "\"quoted\" 'too' $HOME `id` $(id) \\n"]),
        ("A= spaced \t\n", ["A": " spaced \t"]),
        ("A=1\r\nB=2\r\n", ["A": "1", "B": "2"]),
        ("A=1\r", ["A": "1"]),
        ("A=x\ry\n", ["A": "x\ry"]),
        ("A=ü\n", ["A": "ü"]),
        ("_a9=1\n", ["_a9": "1"]),
    ])
    func takes(drop: String, expected: [String: String]) {
        let (assignments, refusal) = DropParser.parse(Array(drop.utf8))
        #expect(refusal == nil)
        #expect(Dictionary(assignments.map { ($0.name, $0.value) }) { _, last in last } == expected)
    }

    @Test(arguments: [
        ("A=1\nexport B=2\n", 2),
        ("1A=1\n", 1),
        ("A=1\nA B=2\n", 2),
        ("A-B=2\n", 1),
        ("A=1\nB=\0\n", 2),
        ("\0\n", 1),
        // Where the loop would skip a line that has an equals sign, a drop would be deployed without its variable.
        (" A=1\n", 1),
        ("B=1\n\tA=1\n", 2),
        ("\u{FEFF}A=1\n", 1),
        ("=1\n", 1),
        ("é=1\n", 1),
        ("\"A\"=1\n", 1),
        ("$A=1\n", 1),
    ])
    func refuses(drop: String, line: Int) throws {
        let refusal = try #require(DropParser.parse(Array(drop.utf8)).refusal)
        #expect(refusal.line == line)
    }

    @Test func refusesWhatIsNotText() throws {
        let refusal = try #require(DropParser.parse(Array("A=1\nB=".utf8) + [0xFF]).refusal)
        #expect(refusal.line == 2)
    }

    @Test(arguments: [(" A=1", "begins with a blank"), ("\u{FEFF}A=1", "begins with a byte order mark")])
    func saysWhatComesBeforeTheName(drop: String, problem: String) throws {
        #expect(try #require(DropParser.parse(Array(drop.utf8)).refusal).problem.contains(problem))
    }

    @Test func refusesOneNameMoreThanTheLimit() throws {
        let largest = (0..<200).map { "A\($0)=1\n" }.joined()
        #expect(DropParser.parse(Array(largest.utf8)).refusal == nil)
        let (assignments, refusal) = DropParser.parse(Array((largest + "B=1\nC=1\n").utf8))
        #expect(assignments.count == 200)
        #expect(try #require(refusal).line == 201)
    }

    @Test func refusesOneByteMoreThanTheLimit() throws {
        #expect(DropParser.sizeLimit == 16 * 1024)
        let largest = Array("A=".utf8) + Array(repeating: UInt8(ascii: "x"), count: DropParser.sizeLimit - 2)
        let (assignments, refusal) = DropParser.parse(largest)
        #expect(assignments.count == 1 && refusal == nil)
        let tooLarge = DropParser.parse(largest + [UInt8(ascii: "x")])
        #expect(tooLarge.assignments.isEmpty && tooLarge.refusal != nil)
    }

    /// An invalid name may be part of a secret that was broken across lines.
    @Test func repeatsNothingOfTheDrop() throws {
        let refusal = try #require(DropParser.parse(Array("s3cr3t/piece+=\n".utf8)).refusal)
        #expect(!refusal.description.contains("s3cr3t"))
    }

    /// CI waits for a name that may come after the line for which the drop is refused.
    @Test func readsOnAfterALineThatItRefuses() throws {
        let (assignments, refusal) = DropParser.parse(Array("A=1\nexport B=2\nC=3\n1D=4\nBERTH_REQUEST=r1".utf8))
        #expect(assignments.map(\.name) == ["A", "C", "BERTH_REQUEST"])
        #expect(assignments.map(\.line) == [1, 3, 5])
        // The first reason is reported.
        #expect(try #require(refusal).line == 2)
    }
}
