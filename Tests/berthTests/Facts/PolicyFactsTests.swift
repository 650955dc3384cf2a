import FoundationEssentials
import Rules
import Testing

/// The keys of `x-berth` on the page about releases are those that the code takes.
@Suite struct PolicyFactsTests {
    @Test func everyKeyIsOnThePage() throws {
        let rows = MarkdownTable.rows(of: try Repository.text("docs/releases.md")).filter { $0.count == 3 }
        let step = try #require(rows.first { $0[0] == "`steps`" })[1].code.filter { !$0.contains("m") || $0 != "10m" }
        let keys = rows.flatMap(\.[0].code)
        let told = Set(keys + step)
        let health = try known(#"{"health":{"?":1}}"#).map { "health.\($0)" }
        let output = try known(
            #"{"steps":[{"name":"a","service":"a","command":["a"],"when":"before","output":{"?":1}}]}"#
        )
        .map { "output.\($0)" }
        let whole = try known(#"{"?":1}"#).filter { $0 != "health" }
        let steps = try known(#"{"steps":[{"?":1}]}"#).filter { $0 != "output" }
        #expect(told == Set(whole + health + steps + output))
    }

    /// The keys that the error about an unknown one lists.
    private func known(_ json: String) throws -> [String] {
        do {
            _ = try JSONDecoder().decode(Policy.self, from: Data(json.utf8))
            return []
        } catch DecodingError.dataCorrupted(let context) {
            let list = try #require(context.debugDescription.components(separatedBy: "the keys here are ").last)
            return list.components(separatedBy: ", ")
        }
    }
}
