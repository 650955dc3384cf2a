import Rules
import Testing

/// What the page about releases says of the keys of `x-berth` is what their declarations say.
@Suite struct PolicyFactsTests {
    @Test func everyKeyIsOnThePage() throws {
        let rows = MarkdownTable.rows(of: try Repository.text("docs/releases.md")).filter { $0.count == 3 }
        // Those that each step has stand in one row.
        let step = try #require(rows.first { $0[0] == "`steps`" })[1].code.filter { $0 != "10m" }
        let health = Policy.HealthKey.allCases.map { "health.\($0.rawValue)" }
        let output = Policy.OutputKey.allCases.map { "output.\($0.rawValue)" }
        let whole = Policy.Key.allCases.filter { $0 != .health }.map(\.rawValue)
        let steps = Policy.StepKey.allCases.filter { $0 != .output }.map(\.rawValue)
        #expect(Set(rows.flatMap(\.[0].code) + step) == Set(whole + health + steps + output))
    }

    @Test func everyDefaultIsOnThePage() throws {
        let rows = MarkdownTable.rows(of: try Repository.text("docs/releases.md")).filter { $0.count == 3 }
        let told = Dictionary(rows.map { ($0[0].filter { $0 != "`" }, $0[2]) }) { $1 }
        for key in Policy.Key.allCases where key != .health { #expect(told[key.rawValue] == key.otherwise) }
        for key in Policy.HealthKey.allCases { #expect(told["health.\(key.rawValue)"] == key.otherwise) }
        for key in [Policy.StepKey.place, .input] { #expect(told[key.rawValue] == key.otherwise) }
        for key in [Policy.OutputKey.keep, .atLeast] { #expect(told["output.\(key.rawValue)"] == key.otherwise) }
        #expect(told["output.file"] == Policy.StepKey.output.otherwise)
        #expect(rows.contains { $0[1].contains("`timeout` (\(Policy.StepKey.timeout.otherwise ?? ""))") })
    }
}
