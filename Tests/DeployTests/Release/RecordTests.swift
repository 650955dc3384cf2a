import Docker
import FoundationEssentials
import SystemPackage
import Testing

@testable import Deploy

@Suite struct RecordTests {
    private func record() throws -> Record {
        var record = Record(
            app: try #require(AppName("shop")),
            number: 12,
            received: Date(timeIntervalSince1970: 1_790_000_000.25)
        )
        record.request = "run/7"
        record.verdict = .deployed
        record.variables = ["IMAGE_TAG": "v2"]
        record.services["backend"] = Record.Release(
            image: "ghcr.io/acme/backend:v2",
            imageID: "sha256:aa",
            digest: "ghcr.io/acme/backend@sha256:bb",
            source: nil,
            revision: "4f2a"
        )
        record.phases = [Record.PhaseTime(name: .claim, seconds: 0), Record.PhaseTime(name: .check)]
        return record
    }

    @Test func isWrittenInTheContractsOrder() throws {
        #expect(
            String(decoding: try record().json(), as: UTF8.self) == """
                {
                  "app": "shop",
                  "number": 12,
                  "request": "run/7",
                  "verdict": "deployed",
                  "reason": null,
                  "received": "2026-09-21T14:13:20.250Z",
                  "started": null,
                  "ended": null,
                  "variables": {"IMAGE_TAG":"v2"},
                  "directives": {"isForced":false,"mayRollBack":true},
                  "services": {"backend":{"digest":"ghcr.io/acme/backend@sha256:bb","image":"ghcr.io/acme/backend:v2",\
                "imageID":"sha256:aa","revision":"4f2a"}},
                  "compose": null,
                  "phases": [{"name":"claim","seconds":0},{"name":"check"}],
                  "steps": [],
                  "rolledBackTo": null,
                  "running": null,
                  "evidence": []
                }

                """
        )
    }

    @Test func comesBackAsItWasSaved() async throws {
        let record = try record()
        try await withTemporaryFolder { folder in
            let store = try Store(app: record.app, state: folder)
            #expect(try store.numbers() == [])
            try store.save(record)
            #expect(try store.numbers() == [12])
            #expect(try store.record(12) == record)
        }
    }

    @Test func numbersAreSortedAsNumbers() async throws {
        try await withTemporaryFolder { folder in
            let store = try Store(app: try #require(AppName("shop")), state: folder)
            for number in [10, 9, 100] {
                try store.save(Record(app: try #require(AppName("shop")), number: number, received: Date()))
            }
            #expect(try store.numbers() == [9, 10, 100])
        }
    }

    @Test func tellsHowFarItCame() throws {
        var record = try record()
        #expect(record.phase == nil)
        record.verdict = nil
        #expect(record.phase == .check)
    }

    /// One that was resumed, and interrupted again while it checked, has come no less far.
    @Test func aSecondCheckDoesNotHideTheFirstSwitch() throws {
        var record = try record()
        record.verdict = nil
        record.phases = [.claim, .check, .pull, .up, .health, .check].map { Record.PhaseTime(name: $0) }
        #expect(record.phase == .health)
    }

    @Test(arguments: Phase.allCases)
    func anInterruptedDeploymentIsResumedFromItsFirstStepOn(phase: Phase) {
        let resumes = Recovery(leftIn: phase) == .resume
        #expect(resumes == [.before, .up, .health, .after, .settle, .rollback].contains(phase))
    }

    @Test func aDropThatWaitedEndsAsFailed() {
        guard case .fail = Recovery(leftIn: nil) else {
            Issue.record("resumed")
            return
        }
    }

    @Test func aStoredComposeFileIsTheOneThatWasStored() async throws {
        var record = try record()
        try await withTemporaryFolder { folder in
            let store = try Store(app: record.app, state: folder)
            record.compose = try store.save(compose: Array("services: {}\n".utf8), of: record.number)
            let path = try store.compose(of: record)
            #expect(record.compose?.file == path.string)
            try write("services: { evil: {} }\n", to: path)
            #expect(throws: StoreError.self) { try store.compose(of: record) }
        }
    }

    @Test func aRecordThatCannotBeReadIsLeftOutAndNamed() async throws {
        let record = try record()
        try await withTemporaryFolder { folder in
            let store = try Store(app: record.app, state: folder)
            try store.save(record)
            try write("garbage", to: store.folder.appending("13.json"))
            let (records, unreadable) = try store.records()
            #expect(records.map(\.number) == [12])
            #expect(unreadable.map(\.path.lastComponent?.string) == ["13.json"])
        }
    }
}
