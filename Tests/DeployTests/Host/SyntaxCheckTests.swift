import SystemPackage
import Testing

@testable import Deploy

/// Text at which the TOML library would end the process.
@Suite struct SyntaxCheckTests {
    @Test(arguments: [
        "[ü]", "[.a]", "[[.a]]", "[ $a]", "[\n]", "[#a]", "a = \"\"\"\n[x]\"\"\"\n[.a]",
        "a = [\"\"\"x\"\"\"\", \"b\"]\n[.c]",
    ])
    func aHeaderWithoutANameIsRefused(header: String) throws {
        let text = "# a file\n" + header
        let error = try #require(throws: SettingsError.self) { try parse(text) }
        #expect(error.line == text.split(separator: "\n").lastIndex { $0.contains("[") }.map { $0 + 1 })
        #expect(error.problem == "the table's name must begin with a letter, a digit, _, - or a quotation mark")
    }

    @Test(arguments: [
        "1979-05-27T!07:32:00Z", "[1979-05-27t:0:-]", "1979-05-27Tx:7", "1979-05-27 0",
        "4989-05-Y= 0,J", "1979-05-2_7 0 ", "1979-05-27_ 0", "[1979-\u{e9}5-27 0]", "1979-05-27 0\u{2028}",
    ])
    func aTimeWithoutTwoDigitsIsRefused(moment: String) throws {
        try expectRefusal(of: moment, "a time must begin with two digits")
    }

    /// The library cannot go back over so many characters.
    @Test(arguments: ["", "_", "__"], [" 12", " 1", " "])
    func aDateOfTooManyCharactersIsRefused(more: String, end: String) throws {
        try expectRefusal(
            of: "2020-01-01" + String(repeating: "_", count: 115) + more + end,
            "a time must begin with two digits"
        )
    }

    /// The library says itself that it is no time.
    @Test(arguments: ["1979-05-27 !07:32:00", "1979-05-27 = 1", "1979-05-27Tx", "1979-05-27T"])
    func anotherMistakeIsTheLibrarysOwn(value: String) throws {
        let error = try #require(throws: SettingsError.self) { try parse("refuse = \(value)\n") }
        #expect(error.problem != "a time must begin with two digits")
    }

    @Test(arguments: [
        "shop-2020-01-01 = { directory = \"/srv/shop\" }", "2020-01-01 . directory = \"/srv/shop\"",
        "2020-01-01t = { directory = \"/srv/shop\" }", "2_020-01-01 = {}",
    ])
    func aNameMayBeADate(line: String) throws {
        try parse("[apps]\n\(line)\n")
    }

    @Test(arguments: ["1979-05-27", "1979-05-27 # a day", "1979-05-27T07:32:00Z", "1979-05-27 07:32:00"])
    func aMomentIsRead(moment: String) throws {
        try parse("refuse = \(moment)\n")
    }

    @Test(arguments: ["[}", "[1, }]", "[{ a = 1 }, }]", "[\n  }", "[ { b = [ } ] } ]"])
    func aBraceInAnArrayIsRefused(value: String) throws {
        try expectRefusal(of: value, "an array ends with ], not with }")
    }

    @Test(arguments: ["[\u{85}", "[\u{2028}]", "[1, \u{2029} 2]", "[[1], # a\u{2028}\n\u{2028}]"])
    func aSeparatorInAnArrayIsRefused(value: String) throws {
        try expectRefusal(of: value, "a line ends with a line feed, and with no other separator of lines")
    }

    @Test(arguments: [#"["}", '}', "\u2028"]"#, "[{ a = \"}\u{2028}\" }, [\"\u{85}\"]] # }\u{2028}"])
    func aStringInAnArrayMayHoldBoth(value: String) throws {
        try parse("refuse = \(value)\n")
    }

    private func expectRefusal(of value: String, _ problem: String) throws {
        let error = try #require(throws: SettingsError.self) { try parse("[disk]\nrefuse = \(value)\n") }
        #expect(error.line == 1 + value.split(separator: "\n", omittingEmptySubsequences: false).count)
        #expect(error.problem == problem)
    }

    private func parse(_ text: String) throws {
        _ = try Fragment(parsing: text, file: "/etc/berth/berth.toml")
    }
}
