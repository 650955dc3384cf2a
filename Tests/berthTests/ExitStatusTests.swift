import Deploy
import Rules
import Testing

@testable import berth

@Suite struct ExitStatusTests {
    @Test func everyVerdictHasItsOwnCode() {
        let codes = Dictionary(uniqueKeysWithValues: Verdict.allCases.map { ($0.rawValue, berth.ExitStatus($0).code) })
        #expect(
            codes == [
                "deployed": 0, "refused": 10, "failed": 11, "rolledBack": 12, "unhealthy": 13, "rollbackFailed": 14,
                "superseded": 15,
            ]
        )
    }

    @Test func everyCauseHasACode() {
        let own: [Cause: CInt] = [
            .noSuchApp: 64, .dropUnreadable: 66, .noSuchRecord: 66, .inUse: 75, .settingsInvalid: 78,
        ]
        for cause in Cause.allCases {
            #expect(berth.ExitStatus(cause).code == own[cause] ?? 69, "\(cause)")
        }
    }

    @Test func noCauseIsTakenForAVerdict() {
        let verdicts = Set(Verdict.allCases.map { berth.ExitStatus($0).code })
        #expect(verdicts.isDisjoint(with: Cause.allCases.map { berth.ExitStatus($0).code }))
    }

    @Test func anErrorHasTheCodeOfItsCause() throws {
        let error = #expect(throws: Failure.self) { try Settings().app("shop") }
        #expect(berth.ExitStatus(try #require(error)).code == 64)
        #expect(berth.ExitStatus(CancellationError()).code == 69)
    }
}
