import Glibc
import Rules
import Testing

@Suite struct CauseTests {
    /// `docs/causes.md` explains every cause once, in the order of the code, and nothing else.
    @Test func everyCauseIsExplained() throws {
        let rows = try document().split(separator: "\n").filter { $0.hasPrefix("| ") && !$0.hasPrefix("| cause |") }
        let words = rows.map { row in String(row.dropFirst(2).prefix { $0 != " " }) }
        #expect(words == Cause.allCases.map { "`\($0.rawValue)`" })
    }

    private func document() throws -> String {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let opened = fopen("/\(root)/docs/causes.md", "r")
        let file = try #require(opened)
        defer { fclose(file) }
        var bytes: [UInt8] = []
        while case let byte = getc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
