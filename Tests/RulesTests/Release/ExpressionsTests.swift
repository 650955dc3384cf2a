import DockerModel
import Testing

@testable import Rules

@Suite struct ExpressionsTests {
    @Test(arguments: [
        "", "plain", "$$HOME", "a $ b", "$", "${A:-./d}:/d:ro", "x${A:-${B:-c}}y$C-$$D", "${A", "${A\n}", "$A$B",
    ])
    func eachComesBackInItsPlace(text: String) {
        let expressions = Expressions(in: text)
        #expect(expressions.putBack(.string(expressions.text)) == .string(text))
        let document: JSON = .object([expressions.text: .array([.string(expressions.text), .integer(1), .null])])
        #expect(expressions.putBack(document) == .object([text: .array([.string(text), .integer(1), .null])]))
    }

    @Test func noColonOfAnExpressionIsLeft() {
        let text = Expressions(in: "${A:-./d}:/d:${M:-${N:-ro}}").text
        #expect(text.filter { $0 == ":" }.count == 2 && !text.contains("$"))
        #expect(Expressions(in: "echo $$HOME").text == "echo $$HOME")
    }
}
