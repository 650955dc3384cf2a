import Glibc
import Logging
import Testing

@testable import Systemd

extension ProcessEnvironment {
    @Suite struct JournalStreamTests {
        @Test func standardErrorBelongsToTheJournalThatTheVariableNames() throws {
            let stream = try #require(Journal.Stream(of: STDERR_FILENO))
            ProcessEnvironment.with(["JOURNAL_STREAM": "\(stream.device):\(stream.inode)"]) {
                #expect(Journal.ownsStandardError)
            }
        }

        @Test func anInheritedVariableDoesNotCount() throws {
            let stream = try #require(Journal.Stream(of: STDERR_FILENO))
            for other: String? in ["\(stream.device):\(stream.inode + 1)", "\(stream.device + 1):\(stream.inode)", nil]
            {
                ProcessEnvironment.with(["JOURNAL_STREAM": other]) { #expect(!Journal.ownsStandardError) }
            }
        }
    }
}

@Suite(.serialized) struct JournalTests {
    private static let folder = "/run/systemd/journal"

    @Test func readsTwoDecimalNumbers() {
        let stream = Journal.Stream("8:306630")
        #expect(stream?.device == 8)
        #expect(stream?.inode == 306630)
    }

    @Test(arguments: ["", "8", "8:", ":8", "8:9:10", "8:0x1f", "8: 9", "-1:9", "99999999999999999999:1"])
    func readsNothingElse(text: String) {
        #expect(Journal.Stream(text) == nil)
    }

    @Test func aClosedDescriptorIsNoStream() {
        #expect(Journal.Stream(of: -1) == nil)
    }

    @Test func losingAnEntryIsNoError() {
        Journal.send([])
        Journal.send([("MESSAGE", "lost without a trace")])
    }

    /// libsystemd fixes the socket's path, so this needs a machine without a journal, or a mount namespace with a tmpfs
    /// of its own at /run/systemd.
    @Test(.enabled(if: access(folder, W_OK) == 0 && access(folder + "/socket", F_OK) != 0))
    func anEntryArrivesInTheNativeProtocol() throws {
        let journald = try DatagramSocket(path: Self.folder + "/socket")
        let handler = JournalHandler(identifier: "ferry", fieldPrefix: "FERRY_")
        Logger(label: "test") { _ in handler }
            .notice("docked\nat 4", metadata: ["quay": "4=b\n\0"], file: "Quay.swift", function: "dock()", line: 7)
        let others = """
            MESSAGE=docked⏎at 4
            PRIORITY=5
            SYSLOG_IDENTIFIER=ferry
            CODE_FILE=Quay.swift
            CODE_LINE=7
            CODE_FUNC=dock()

            """
        let quay = Array("FERRY_QUAY\n".utf8) + [5, 0, 0, 0, 0, 0, 0, 0] + Array("4=b\n\0\n".utf8)
        #expect(journald.received() == [others.utf8 + quay])
    }
}
