import Testing

@testable import Rules

@Suite struct ComposeLineTests {
    @Test(arguments: [
        (" 48adf73b5078 Downloading [=>      ]  36.41kB/1.107MB ", true),
        (" 48adf73b5078 Pull complete ", true),
        (" backend Pulling ", false),
        (" Container shop-backend-1  Started ", false),
        ("deadbeefcafes Pulled", false),
        ("", false),
    ])
    func tellsProgressFromWhatHappened(line: String, isProgress: Bool) {
        #expect(ComposeLine(line).isProgress == isProgress)
    }

    @Test func doesNotRepeatWhatComposeQuotesOfAnEnvFile() {
        let line = #"failed to read /srv/shop/.env: line 3: unexpected character " " in variable name "SOME SECRET""#
        #expect(!ComposeLine(line).text.contains("SECRET"))
        #expect(ComposeLine(line).text.contains("line 3"))
    }

    @Test func doesNotRepeatItAfterAnAccent() {
        #expect(!ComposeLine("in variable name \"\u{301}SECRET\"").text.contains("SECRET"))
    }

    @Test func dropsTheIndent() {
        #expect(ComposeLine(" backend Pulling \t").text == "backend Pulling")
    }
}
