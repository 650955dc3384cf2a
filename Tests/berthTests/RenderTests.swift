import Rules
import Testing

@testable import berth

@Suite struct RenderTests {
    private struct Found: Answer {
        var exitStatus: berth.ExitStatus { .success }
        func passages(_ moments: Moments) -> [Passage] {
            [
                .heading("Found:"),
                .table(
                    Table(
                        columns: [.init(title: "SIZE", isNumber: true), .init(title: "NAME"), .init(title: "WHY")],
                        rows: [
                            ["12 MB", "registry.example.com:5000/acme/shop-backend:2024-05-01", "nothing uses it"],
                            ["7 kB", "db", "two\nlines\u{1B}[2J"],
                        ]
                    )
                ),
                .line("That is all."),
            ]
        }

        func encode(to encoder: any Encoder) throws { try ["path": "/srv"].encode(to: encoder) }
    }

    @Test func aPipeGetsEverything() throws {
        #expect(
            try Render.text(Found(), as: .lines) == """
                Found:
                   SIZE  NAME                                                    WHY
                  12 MB  registry.example.com:5000/acme/shop-backend:2024-05-01  nothing uses it
                   7 kB  db                                                      two lines\u{FFFD}[2J
                That is all.
                """
        )
    }

    @Test func aTerminalCutsTheWidestColumnInItsMiddle() throws {
        #expect(
            try Render.text(Found(), as: .terminal(width: 60, isStyled: false)) == """
                Found:
                   SIZE  NAME                                WHY
                  12 MB  registry.example.…ckend:2024-05-01  nothing uses it
                   7 kB  db                                  two lines\u{FFFD}[2J
                That is all.
                """
        )
    }

    @Test(arguments: 20...120) func aTerminalIsNotOverrun(width: Int) throws {
        let text = try Render.text(Found(), as: .terminal(width: width, isStyled: false))
        let widest = text.split(separator: "\n").map(\.count).max()
        #expect(try #require(widest) <= width)
    }

    /// Of the first row, the wide characters take two columns, and the mark none.
    @Test func columnsAreAsWideAsWhatIsSeen() {
        let table = Table(columns: [.init(), .init()], rows: [["港口", "e\u{301}x"], ["berth", "1"], ["", "2"]])
        #expect(table.lines(fitting: 40) == ["  港口   e\u{301}x", "  berth  1", "         2"])
        #expect("港口港口港口".cut(to: 8) == "港口…口" && "港口港口港口".cutAtEnd(to: 4) == "港…")
        #expect("aa bb cccccc".wrapped(to: 5) == ["aa bb", "ccccc", "c"])
        #expect("港口港口".wrapped(to: 5) == ["港口", "港口"] && "港".wrapped(to: 1) == ["港"])
    }

    @Test func aCellShowsItsToneOnATerminalAlone() {
        let table = Table(
            columns: [.init(), .init()],
            rows: [[.init("ok", .good), "x"], [.init("broken", .bad), ""]]
        )
        #expect(
            table.lines(fitting: 40, isStyled: true) == [
                "  \u{1B}[32mok\u{1B}[0m      x", "  \u{1B}[31mbroken\u{1B}[0m",
            ]
        )
        #expect(table.lines(fitting: nil) == ["  ok      x", "  broken"])
    }

    @Test func sentencesStandBesideOrBelow() {
        let table = Table(
            columns: [.init(title: "#"), .init(title: "EMPTY"), .init(title: "WHY", isProse: true)],
            rows: [["1", "", "one two three"], ["2", "", ""]]
        )
        #expect(table.lines(fitting: 18) == ["  #  WHY", "  1  one two three", "  2"])
        #expect(table.lines(fitting: 14) == ["  #  WHY", "  1  one two", "     three", "  2"])
        let wide = Table(columns: table.columns, rows: [["a long name", "", "one two three"]])
        #expect(wide.lines(fitting: 20) == ["  #", "  a long name", "      one two three"])
        #expect(table.lines(fitting: nil) == ["  #  EMPTY  WHY", "  1         one two three", "  2"])
    }

    @Test func aTerminalThatIsTooNarrowForColumnsGetsLines() {
        let table = Table(
            columns: [.init(title: "NAME"), .init(title: "VERDICT"), .init(title: "WHY", isProse: true)],
            rows: [["first one", .init("rolledBack", .bad), "one two three"], ["b", "", ""]]
        )
        #expect(
            table.lines(fitting: 19, isStyled: true) == [
                "  NAME     first", "           one", "  VERDICT  \u{1B}[31mrolledBa\u{1B}[0m",
                "           \u{1B}[31mck\u{1B}[0m",
                "  WHY      one two", "           three", "", "  NAME     b",
            ]
        )
    }

    @Test func aLongLineIsBrokenAtABlankAndKeepsItsMargin() throws {
        struct Long: Answer {
            var exitStatus: berth.ExitStatus { .success }
            func passages(_ moments: Moments) -> [Passage] { [.heading("one two", .bad), .line("  a  b three")] }
            func encode(to encoder: any Encoder) throws {}
        }
        #expect(
            try Render.text(Long(), as: .terminal(width: 6, isStyled: true))
                == "\u{1B}[1;31mone\u{1B}[0m\n\u{1B}[1;31mtwo\u{1B}[0m\n  a b\n  thre\n  e"
        )
        #expect(try Render.text(Long(), as: .lines) == "one two\n  a  b three")
    }

    @Test func onlyAHeadingIsBoldAndOnlyWhereThatIsWanted() throws {
        let text = try Render.text(Found(), as: .terminal(width: 80, isStyled: true))
        #expect(text.hasPrefix("\u{1B}[1mFound:\u{1B}[0m\n"))
        #expect(text.count { $0 == "\u{1B}" } == 2)
        #expect(!(try Render.text(Found(), as: .lines)).contains("\u{1B}"))
    }

    @Test func asJSON() throws {
        #expect(try Render.text(Found(), as: .json) == "{\n  \"path\" : \"/srv\"\n}")
    }

    @Test func anErrorSaysWhatToTryOnALineOfItsOwn() {
        let failure = Failure(.noSuchApp, "app x\ny\u{1B}", "is not in the settings", hint: "the apps are a, b")
        #expect(Render.text(failure) == "berth: app x y\u{FFFD} is not in the settings\ntry: the apps are a, b")
    }

    @Test func anErrorWithoutAHintIsOneLine() {
        #expect(Render.text(Failure(.inUse, "", "it is in use", hint: nil)) == "berth: it is in use")
    }

    private struct Label: Answer {
        let label: String
        var exitStatus: berth.ExitStatus { .success }
        func passages(_ moments: Moments) -> [Passage] { [] }
    }

    /// A label of an image may hold anything, and xterm obeys U+009B as it obeys ESC [.
    @Test func noControlCharacterReachesATerminalThroughJSON() throws {
        let text = try Render.text(Label(label: "a\u{9B}2J\u{7F}\u{1B}ä"), as: .json)
        #expect(text.contains(#""a\u009b2J\u007f\u001bä""#))
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
    }
}
