import Logging
import SystemPackage
import Testing

@testable import Deploy

/// Every kind of event is explained in the catalog, and the catalog explains nothing else.
@Suite struct EventTests {
    @Test func everyEventIsInTheCatalog() throws {
        let folder = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
        let catalog = try File.read(folder.pushing("systemd/berth.catalog"))
        let lines = String(decoding: catalog, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        var entries: [String: String] = [:]
        for (line, next) in zip(lines, lines.dropFirst()) where line.hasPrefix("# ") && next.hasPrefix("-- ") {
            entries[String(line.dropFirst(2))] = String(next.dropFirst(3))
        }
        #expect(entries == Dictionary(uniqueKeysWithValues: Event.allCases.map { ($0.rawValue, "\($0.messageID)") }))
    }

    @Test func onlyADeployedDropIsNoTrouble() {
        for verdict in Verdict.allCases where verdict != .deployed && verdict != .superseded {
            #expect(Event(verdict).level >= .warning)
        }
        #expect(Event(Verdict.rollbackFailed).level == .critical)
    }
}
