import Testing

@testable import Deploy

/// The semantics of the script's loop, one by one.
@Suite struct DropParserTests {
    @Test(arguments: [
        ("A=1\nB=2\n", ["A": "1", "B": "2"]),
        ("A=1", ["A": "1"]),
        ("A=1\n\nB=2", ["A": "1", "B": "2"]),
        ("", [:]),
        ("# A=1\n", [:]),
        (" A=1\n", [:]),
        ("A\n", [:]),
        ("=1\n", [:]),
        ("é=1\n", [:]),
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
    func takes(drop: String, expected: [String: String]) throws {
        let assignments = try DropParser.parse(Array(drop.utf8))
        #expect(Dictionary(assignments.map { ($0.name, $0.value) }) { _, last in last } == expected)
    }

    @Test(arguments: [
        ("A=1\nexport B=2\n", 2),
        ("1A=1\n", 1),
        ("A=1\nA B=2\n", 2),
        ("A-B=2\n", 1),
        ("A=1\nB=\0\n", 2),
        ("\0\n", 1),
    ])
    func refuses(drop: String, line: Int) throws {
        let refusal = try #require(throws: DropRefusal.self) { try DropParser.parse(Array(drop.utf8)) }
        #expect(refusal.line == line)
    }

    @Test func refusesWhatIsNotText() throws {
        let refusal = try #require(throws: DropRefusal.self) { try DropParser.parse(Array("A=1\nB=".utf8) + [0xFF]) }
        #expect(refusal.line == 2)
    }

    @Test func refusesOneByteMoreThanTheLimit() throws {
        let largest = Array("A=".utf8) + Array(repeating: UInt8(ascii: "x"), count: DropParser.sizeLimit - 2)
        #expect(try DropParser.parse(largest).count == 1)
        #expect(throws: DropRefusal.self) { try DropParser.parse(largest + [UInt8(ascii: "x")]) }
    }

    /// What stands where a name should be may be a piece of a secret that was broken over lines.
    @Test func repeatsNothingOfTheDrop() throws {
        let refusal = try #require(throws: DropRefusal.self) { try DropParser.parse(Array("s3cr3t/piece+=\n".utf8)) }
        #expect(!refusal.description.contains("s3cr3t"))
    }
}
