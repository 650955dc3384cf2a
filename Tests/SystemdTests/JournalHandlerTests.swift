import Logging
import Testing

@testable import Systemd

@Suite struct JournalHandlerTests {
    private func event(
        _ message: Logger.Message = "docked",
        _ level: Logger.Level = .info,
        error: (any Error)? = nil,
        metadata: Logger.Metadata? = nil
    ) -> LogEvent {
        LogEvent(
            level: level,
            message: message,
            error: error,
            metadata: metadata,
            source: nil,
            file: "Ferry/Quay.swift",
            function: "dock(at:)",
            line: 7
        )
    }

    private func texts(of event: LogEvent, by handler: JournalHandler? = nil) -> [String] {
        let handler = handler ?? JournalHandler(identifier: "ferry", fieldPrefix: "FERRY_")
        return handler.fields(of: event).map { "\($0.name)=\($0.value)" }
    }

    @Test func anEntryHasTheWellKnownFieldsThenTheMetadataSorted() {
        let entry = texts(
            of: event(
                "docked\0\nat last",
                metadata: ["imageTag": "v2", "app": "shop", "MESSAGE_ID": "00f77379a8490b408bbe5f6940505a7f"]
            )
        )
        #expect(
            entry == [
                "MESSAGE=docked\u{FFFD}⏎at last", "PRIORITY=6", "SYSLOG_IDENTIFIER=ferry",
                "CODE_FILE=Ferry/Quay.swift",
                "CODE_LINE=7", "CODE_FUNC=dock(at:)", "FERRY_APP=shop", "FERRY_IMAGE_TAG=v2",
                "MESSAGE_ID=00f77379a8490b408bbe5f6940505a7f",
            ]
        )
    }

    /// `journalctl -o cat` shows nothing but messages, so text of others must not begin a line there.
    @Test(arguments: [
        ("probe: a\nshop #9: deployed", "probe: a⏎shop #9: deployed"), ("a\r\nb\n", "a⏎b"), ("a\u{2028}b", "a⏎b"),
        ("\u{9B}31m\u{7F}", "\u{FFFD}31m\u{FFFD}"), ("a\u{202E}b\u{2066}c\u{200F}", "a\u{FFFD}b\u{FFFD}c\u{FFFD}"),
        ("a\tb", "a\tb"), ("ü 👩‍👩‍👧", "ü 👩‍👩‍👧"),
    ])
    func aMessageIsOneLineThatSteersNoTerminal(text: String, message: String) {
        #expect(texts(of: event("\(text)")).contains("MESSAGE=\(message)"))
    }

    @Test(arguments: zip(Logger.Level.allCases, [7, 7, 6, 5, 4, 3, 2]))
    func theLevelIsSyslogs(level: Logger.Level, priority: Int) {
        #expect(texts(of: event("docked", level)).contains("PRIORITY=\(priority)"))
    }

    @Test(arguments: [
        ("app", "X_APP"), ("imageTag", "X_IMAGE_TAG"), ("imageID", "X_IMAGE_ID"), ("sha256Sum", "X_SHA256_SUM"),
        ("exit-code", "X_EXIT_CODE"), ("error.type", "X_ERROR_TYPE"), ("größe", "X_GR__E"), ("b\u{301}", "X_B_"),
        ("", "X_"), ("_PID", "X__PID"), ("2fast", "X_2FAST"), ("MESSAGE_ID", "MESSAGE_ID"), ("CODE_FILE", "CODE_FILE"),
        (String(repeating: "a", count: 90), "X_" + String(repeating: "A", count: 62)),
        (String(repeating: "A", count: 64), String(repeating: "A", count: 64)),
        (String(repeating: "A", count: 65), "X_" + String(repeating: "A", count: 62)),
    ])
    func aKeyBecomesAFieldName(key: String, name: String) {
        #expect(Journal.fieldName(for: key, prefix: "X_") == name)
        #expect(Journal.isFieldName(name))
    }

    @Test(arguments: ["", "_PID", "9LIVES", "app", "A B", "A=B", "B\u{301}", String(repeating: "A", count: 65)])
    func theJournalWouldRefuse(name: String) {
        #expect(!Journal.isFieldName(name))
    }

    @Test(
        arguments: [
            ("4", "4"),
            (.stringConvertible(4.5), "4.5"),
            (["backend", "frontend"], "backend, frontend"),
            (["state": "exited", "code": "137"], "code=137, state=exited"),
            ([["a", "b"], ["x": ["y": "1"]], "c"], "[a, b], {x={y=1}}, c"),
            ([], ""),
        ] as [(Logger.MetadataValue, String)]
    )
    func aNestedValueIsReadable(value: Logger.MetadataValue, text: String) {
        #expect(value.journalText == text)
    }

    @Test func theNearerMetadataWin() {
        var handler = JournalHandler(identifier: "ferry", fieldPrefix: "FERRY_")
        handler.metadata = ["a": "handler", "b": "handler", "c": "handler"]
        handler.metadataProvider = .init { ["b": "provider", "c": "provider"] }
        let own = texts(of: event(metadata: ["c": "event"]), by: handler).suffix(3)
        #expect(own == ["FERRY_A=handler", "FERRY_B=provider", "FERRY_C=event"])
    }

    @Test func aFieldGivenByNameReplacesTheHandlersOwn() {
        let entry = texts(of: event(metadata: ["CODE_LINE": "99"]))
        #expect(entry.filter { $0.hasPrefix("CODE_LINE=") } == ["CODE_LINE=99"])
    }

    @Test func anAttachedErrorIsAFieldToo() {
        struct Aground: Error {}
        #expect(texts(of: event(error: Aground())).last == "FERRY_ERROR=Aground()")
    }

    @Test func levelAndMetadataAreValuesOfEachLogger() {
        let first = Logger(label: "first") { _ in JournalHandler(identifier: "ferry", fieldPrefix: "FERRY_") }
        var second = first
        second.logLevel = .debug
        second[metadataKey: "app"] = "shop"
        #expect(first.logLevel == .info)
        #expect(first[metadataKey: "app"] == nil)
        #expect(second[metadataKey: "app"] == "shop")
    }
}
