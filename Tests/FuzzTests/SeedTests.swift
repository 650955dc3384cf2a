import FuzzTargets
import Linux
import Support
import SystemPackage
import Testing

/// What `make fuzz` runs for minutes, for a moment.
@Suite("Whatever others have written", .timeLimit(.minutes(1)))
struct SeedTests {
    @Test("is read as each seed is", arguments: FuzzTarget.all)
    func seeds(target: FuzzTarget) throws {
        let seeds = try Self.seeds(of: target)
        #expect(!seeds.isEmpty)
        for (name, bytes) in seeds {
            #expect(throws: Never.self, "\(name)") { try target.check(bytes) }
        }
    }

    @Test("is read as mutations of the seeds are", arguments: FuzzTarget.all)
    func mutations(target: FuzzTarget) throws {
        let seeds = try Self.seeds(of: target).map(\.bytes)
        var generator = SplitMix(seed: 1)
        for _ in 0..<100 {
            let input = Self.mutation(of: seeds, &generator)
            #expect(throws: Never.self, "\(input)") { try target.check(input) }
        }
    }

    private static func seeds(of target: FuzzTarget) throws -> [(name: String, bytes: [UInt8])] {
        let folder = FilePath(#filePath).removingLastComponents(3).pushing("Fuzz/Corpus").appending("\(target)")
        return try File.names(in: folder).sorted().map { ($0, try File.read(folder.appending($0))) }
    }

    /// What is tried in a text, beside its own bytes: ends, escapes, numbers, and an accent that joins what is before it.
    private static let pieces: [[UInt8]] =
        [
            "\n", "\r\n", "\0", "\"", "\\", "=", "/", "..", "%", "$", "{", "}", "[", "]", "\u{301}", "\u{2028}", "-1",
            "1e300",
            "99999999999999999999", "null",
        ].map { (text: String) in Array(text.utf8) } + [[0xFF], [0x0C]]

    private static func mutation(of seeds: [[UInt8]], _ generator: inout SplitMix) -> [UInt8] {
        var bytes = seeds.randomElement(using: &generator) ?? []
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let start = Int.random(in: 0...bytes.count, using: &generator)
            let end = Int.random(in: start...min(start + 8, bytes.count), using: &generator)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: bytes.removeSubrange(start..<end)
            case 1: bytes.insert(contentsOf: pieces.randomElement(using: &generator) ?? [], at: start)
            case 2: bytes.replaceSubrange(start..<end, with: [UInt8.random(in: .min ... .max, using: &generator)])
            default:
                bytes = bytes[..<start] + (seeds.randomElement(using: &generator) ?? []).suffix(bytes.count - start)
            }
        }
        return bytes
    }
}
