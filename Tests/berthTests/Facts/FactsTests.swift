import Deploy
import Rules
import Testing

@testable import berth

/// What a reader is told, and what the code does, is the same. Other tests hold the rest: `ManualTests` the manual,
/// `SampleTests` the sample settings, `CauseTests` the causes, `JournalEventTests` the catalog, `JSONPageTests` the JSON.
@Suite struct FactsTests {
    @Test func verdictsAndTheirExitCodes() throws {
        let told = try rows("What happens to a drop", "README.md").filter { $0.count == 3 && Int($0[1]) != nil }
        #expect(told.map { "\($0[0].code) \($0[1])" } == Verdict.allCases.map { "[\"\($0.rawValue)\"] \(code($0))" })

        let table = MarkdownTable.rows(of: try Repository.text("docs/drops.md")).first { $0.count > 6 }
        let verdicts = try #require(table).dropLast().flatMap(\.code)
        #expect(verdicts == Verdict.allCases.map(\.rawValue))
        let codes = try Repository.text("docs/drops.md").split(separator: "\n").first { $0.hasPrefix("| 0 |") }
        let numbers = try #require(codes).split(separator: "|").compactMap { Int($0.filter { $0 != " " }) }
        #expect(numbers == Verdict.allCases.map(code) + [Int(berth.ExitStatus.noVerdict.code)])
    }

    @Test func phasesAndWhereTheirFailureLeads() throws {
        let told = try rows("What happens to a drop", "README.md").filter { $0.count == 3 && Int($0[1]) == nil }
        let phases = Phase.allCases.filter { $0 != .rollback }
        #expect(told.flatMap(\.[0].code) == phases.map(\.rawValue))
        for (phase, row) in zip(phases, told) {
            switch phase.rule.failure {
            // A failed prune is a warning, which ends nothing.
            case .end where phase == .room || phase == .settle: #expect(row[2].hasPrefix("a warning"), "\(phase)")
            case .end(let verdict): #expect(row[2].hasPrefix("`\(verdict)`"), "\(phase)")
            case .goBack: #expect(row[2] == "rollback", "\(phase)")
            }
        }
        let way = phases.map(\.rawValue).joined(separator: " ▸ ")
        #expect(try Repository.text("README.md").contains("─▶ \(way) ─▶"))
    }

    @Test func directives() throws {
        let told = try rows("The lines of a drop", "docs/drops.md").flatMap(\.[0].code)
        let names = told.filter { $0.hasPrefix(Directive.prefix) }.map { String($0.prefix { $0 != "=" }) }
        #expect(names.sorted() == Directive.allCases.map(\.rawValue).sorted())
    }

    @Test func limitsOfADrop() throws {
        let size = DropParser.sizeLimit / 1024
        let pages = try Repository.text("docs/drops.md") + Repository.text("docs/causes.md")
        #expect(pages.contains("\(size) KiB or \(DropParser.countLimit) variables"))
        #expect(pages.contains("larger than \(size) KiB or has more than \(DropParser.countLimit) variables"))
        #expect(pages.contains("takes \(DropRate<ContinuousClock.Instant>.burst) drops of an app at once"))
        #expect(DropRate<ContinuousClock.Instant>.interval == .seconds(3) && pages.contains("one in three\nseconds"))
    }

    @Test func fieldsOfTheJournal() throws {
        let told = try Repository.section("What the sysadmin asks", of: "README.md").words(after: "BERTH_")
        #expect(Set(told) == Set(JournalField.allCases.map(\.name)))
    }

    /// A field, a directive or a variable of the build that a page names exists, and so does the value of a match.
    @Test func whatPagesNameExists() throws {
        let build = [
            "HOST_KEEP", "HOST_NAME", "HOST_FLAVOUR", "HOST_DIR", "HOST_LAYER", "WRITE_MANUAL", "BINARY", "FUZZ",
        ].map {
            "BERTH_\($0)"
        }
        // By these names a CI job hands its key, the server's and more lines to `drop.sh`.
        let secrets = ["BERTH_SSH_KEY", "BERTH_KNOWN_HOSTS", "BERTH_LINES"]
        let known = Set(JournalField.allCases.map(\.name) + Directive.allCases.map(\.rawValue) + build + secrets)
        for page in try Repository.pages() + ["systemd/berth.catalog", "etc/berth.toml"] {
            let text = try Repository.text(page)
            for word in text.words(after: "BERTH_") where word != "BERTH_" { #expect(known.contains(word), "\(page)") }
            for word in text.words(after: "BERTH_CAUSE=") {
                #expect(Cause(rawValue: String(word.dropFirst(12))) != nil, "\(page) \(word)")
            }
            for word in text.words(after: "BERTH_VERDICT=") {
                #expect(Verdict(rawValue: String(word.dropFirst(14))) != nil, "\(page) \(word)")
            }
        }
    }

    @Test func limitsOfTheDisk() throws {
        let page = try Repository.text("docs/disk.md")
        let settings = DiskSettings()
        for (name, value) in [("guard", settings.guard), ("target", settings.target), ("refuse", settings.refuse)] {
            #expect(page.contains("`\(name)` (\(value))"))
        }
    }

    @Test func theVersion() throws {
        let changelog = try Repository.text("debian/changelog")
        #expect(changelog.hasPrefix("berth (\(Berth.version)) "), "debian/changelog has another version")
    }

    @Test func whatTheUnitDoesNotRestart() throws {
        let codes = [berth.ExitStatus(Cause.settingsInvalid), .inUse].map { "\($0.code)" }.joined(separator: " ")
        #expect(try Repository.text("systemd/berth.service").contains("\nRestartPreventExitStatus=\(codes)\n"))
    }

    /// Every variable of its environment that the program reads.
    @Test func theEnvironment() throws {
        let source = try Repository.text("Sources/berth/Surroundings.swift")
        let read = ["variable(\"", "folder(\""].flatMap { source.components(separatedBy: $0).dropFirst() }
            .map { String($0.prefix { $0 != "\"" }) }
        let page = try Repository.text("man/berth.1")
        for name in read { #expect(page.contains("\\fB\(name)\\fR"), "\(name)") }
    }

    private func rows(_ title: String, _ page: String) throws -> [[String]] {
        MarkdownTable.rows(of: try Repository.section(title, of: page))
    }

    private func code(_ verdict: Verdict) -> Int { Int(berth.ExitStatus(verdict).code) }
}

extension String {
    /// The words that begin so, up to what no name has.
    fileprivate func words(after start: String) -> [String] {
        components(separatedBy: start).dropFirst().map { rest in
            start + rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
        }
    }
}
