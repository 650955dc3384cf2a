import Testing

@testable import berth

@Suite struct MarkdownTests {
    @Test(arguments: [
        ("shop", "`shop`"), ("a`b", "``a`b``"), ("``", "``` `` ```"), ("`a", "`` `a ``"), (" a", "`  a `"),
        ("", "`  `"),
        ("a\n\n<b>@c", "`a <b>@c`"), ("a\u{1B}[31m", "`a\u{FFFD}[31m`"), ("##[error]x", "`# #[error]x`"),
        ("a`\u{301} @eve", "``a`\u{301} @eve``"), ("`\u{301}", "`` `\u{301} ``"),
    ])
    func textOfOthersStandsInCode(text: String, code: String) {
        #expect(Markdown.code(text) == code)
    }

    @Test(arguments: [
        ("a|b", "`a\\|b`"), ("a\\|b", "`a\\ \\|b`"), ("||", "`\\|\\|`"), ("a\nb", "`a b`"), ("a\\", "`a\\`"),
        ("a|\u{301}b", "`a\\|\u{301}b`"),
    ])
    func itDoesNotEndACell(text: String, cell: String) {
        #expect(Markdown.cell(text) == cell)
    }

    @Test func itDoesNotEndABlock() {
        #expect(Markdown.block(["a", "````", "b\n```"]) == ["`````text", "a", "````", "b ```", "`````"])
        #expect(Markdown.block(["a"]) == ["```text", "a", "```"])
    }
}
