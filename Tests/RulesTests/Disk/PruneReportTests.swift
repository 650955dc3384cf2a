import DockerModel
import Testing

@testable import Rules

/// Every candidate is in the report once: as a step, or with the reason why it stays.
@Suite struct PruneReportTests {
    private let usage = Usage([])
    private let one = Removal(subject: .volume("one"), reason: .unreferenced, size: 1, frees: 1)
    private let two = Removal(subject: .volume("two"), reason: .unreferenced, size: 2, frees: 2)

    @Test func whatIsDoneIsNoLongerKept() {
        var report = PruneReport(before: usage, kept: [kept(one), kept(two)], after: usage)
        report.add(PruneReport.Step(removal: one, outcome: .removed))
        #expect(report.kept == [kept(two)])
        #expect(report.steps.map(\.removal) == [one])
        #expect(report.isComplete)
    }

    @Test func whatWasPlannedAndIsNotNeededIsKept() {
        var report = PruneReport(before: usage, after: usage)
        report.keep(one, .roomEnough)
        #expect(report.kept == [kept(one)] && report.isComplete)
    }

    @Test func aReasonToKeepReplacesTheFormerOne() {
        var report = PruneReport(before: usage, kept: [kept(one)], after: usage)
        report.keep(one, .noTimeLeft)
        #expect(report.kept == [Kept(subject: one.subject, reason: .noTimeLeft, size: 1)])
        #expect(!report.isComplete)
    }

    @Test func itIsNotCompleteWhereSomethingFailedOrIsNotKnown() {
        var failed = PruneReport(before: usage, after: usage)
        failed.add(PruneReport.Step(removal: one, outcome: .failed("why")))
        #expect(!failed.isComplete)
        var lost = PruneReport(before: usage, after: nil)
        lost.keep(one, .usageUnknown)
        #expect(!lost.isComplete)
        #expect(!PruneReport(before: nil, after: nil).isComplete)
        #expect(PruneReport(before: usage, after: usage).isComplete)
    }

    private func kept(_ removal: Removal) -> Kept {
        Kept(subject: removal.subject, reason: .roomEnough, size: removal.size)
    }

    @Test func thousandsAreAccountedForAtOnce() {
        let removals = (0..<5000).map { index in
            Removal(subject: .volume(VolumeName(rawValue: "\(index)")), reason: .unreferenced, size: 1, frees: 1)
        }
        var report = PruneReport(before: usage, kept: removals.map(kept), after: usage)
        for removal in removals { report.keep(removal, .noTimeLeft) }
        for removal in removals.prefix(2500) { report.add(PruneReport.Step(removal: removal, outcome: .removed)) }
        #expect(report.kept.map(\.subject) == removals.dropFirst(2500).map(\.subject))
    }
}
