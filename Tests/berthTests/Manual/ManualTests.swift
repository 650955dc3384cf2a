import Glibc
import Linux
import Rules
import Support
import SystemPackage
import Testing

/// The manual in `man` is what the code says now. `make man` writes it.
@Suite struct ManualTests {
    @Test func everyPageIsWhatTheCodeSays() throws {
        let pages = Dictionary(uniqueKeysWithValues: try Self.pages().map { ($0.fileName, Roff.text($0)) })
        let folder = Repository.root.appending("man")
        if getenv("BERTH_WRITE_MANUAL") != nil { try Self.replace(folder, pages) }
        #expect(try File.names(in: folder).sorted() == pages.keys.sorted(), "run `make man`")
        for (name, text) in pages {
            let written = try String(decoding: File.read(folder.appending(name)), as: UTF8.self)
            #expect(written == text, "man/\(name) says something else than the code: run `make man`")
        }
    }

    @Test func aStarThatIsNoMarkStays() {
        #expect(
            Roff.inline("without a tag; * stands for any, as in `shop-*`, *such* as that")
                == #"without a tag; * stands for any, as in \fBshop\-*\fR, \fIsuch\fR as that"#
        )
    }

    @Test func everyArgumentThatIsAnAppCompletes() throws {
        // The app that is set up is not in the settings yet.
        for command in try ToolInfo.berth().commands where command.commandName != "init" {
            for argument in command.visibleArguments where argument.valueName == "app" {
                #expect(argument.completionKind?.name == "custom", "berth \(command.commandName): add completion: .app")
            }
        }
    }

    private static func pages() throws -> [ManualPage] {
        let root = try ToolInfo.berth()
        let names = root.commands.map(\.commandName)
        let places = MarkdownTable.rows(of: try Repository.section("What is where", of: "docs/install.md"))
        let phases = MarkdownTable.rows(of: try Repository.section("What happens to a drop", of: "README.md"))
            .filter { $0.count == 3 && Phase(rawValue: $0[0].filter { $0 != "`" }) != nil }
        return [
            ProgramPage(root: root, places: places, phases: phases).page, SettingsPage().page, DropPage().page,
            try releasePage().page,
            CausesPage(document: try Repository.text("docs/causes.md")).page,
        ] + root.commands.map { CommandPage(command: $0, others: names).page }
    }

    private static func releasePage() throws -> ReleasePage {
        let document = "docs/releases.md"
        return ReleasePage(
            health: try Repository.section("When a release is healthy", of: document),
            wayBack: try Repository.section("When it is not", of: document),
            settings: try Repository.section("The settings of a release", of: document)
        )
    }

    private static func replace(_ folder: FilePath, _ pages: [String: String]) throws {
        for name in try File.names(in: folder) { _ = File.remove(folder.appending(name)) }
        for (name, text) in pages { try write(text, to: folder.appending(name)) }
    }
}
