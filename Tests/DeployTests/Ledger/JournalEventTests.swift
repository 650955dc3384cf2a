import Linux
import Logging
import Rules
import Support
import SystemPackage
import Systemd
import Testing

@testable import Deploy

/// The catalog explains every kind of event, and nothing else.
@Suite struct JournalEventTests {
    @Test func everyEventIsInTheCatalog() throws {
        let folder = FilePath(#filePath).removingLastComponents(4)
        let catalog = try File.read(folder.pushing("systemd/berth.catalog"))
        let lines = String(decoding: catalog, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        var entries: [String: String] = [:]
        for (line, next) in zip(lines, lines.dropFirst()) where line.hasPrefix("# ") && next.hasPrefix("-- ") {
            entries[String(line.dropFirst(2))] = String(next.dropFirst(3))
        }
        #expect(
            entries == Dictionary(uniqueKeysWithValues: JournalEvent.allCases.map { ($0.rawValue, "\($0.messageID)") })
        )
    }

    @Test func onlyADeployedDropIsNoTrouble() {
        for verdict in Verdict.allCases where verdict != .deployed && verdict != .superseded {
            #expect(JournalEvent(verdict).level >= .warning)
        }
        #expect(JournalEvent(Verdict.rollbackFailed).level == .critical)
    }
}
