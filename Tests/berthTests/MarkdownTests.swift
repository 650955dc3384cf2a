import Testing

@testable import berth

@Suite struct MarkdownTests {
    @Test(arguments: [
        ("shop", "`shop`"), ("a`b", "``a`b``"), ("``", "``` `` ```"), ("`a", "`` `a ``"), (" a", "`  a `"),
        ("", "`  `"),
        ("a\n\n<b>@c", "`a <b>@c`"), ("a\u{1B}[31m", "`a\u{FFFD}[31m`"), ("##[error]x", "`# #[error]x`"),
    ])
    func textOfOthersStandsInCode(text: String, code: String) {
        #expect(Markdown.code(text) == code)
    }

    @Test(arguments: [
        ("a|b", "`a\\|b`"), ("a\\|b", "`a\\ \\|b`"), ("||", "`\\|\\|`"), ("a\nb", "`a b`"), ("a\\", "`a\\`"),
    ])
    func itDoesNotEndACell(text: String, cell: String) {
        #expect(Markdown.cell(text) == cell)
    }

    @Test func itDoesNotEndABlock() {
        #expect(Markdown.block(["a", "````", "b\n```"]) == ["`````text", "a", "````", "b ```", "`````"])
        #expect(Markdown.block(["a"]) == ["```text", "a", "```"])
    }
}
