import Docker
import FoundationEssentials
import Testing

@testable import Deploy

@Suite struct ReleasesTests {
    /// An app's history: of each drop the verdict and the image, numbered from 1.
    private func releases(_ history: [(Verdict?, ImageID)]) -> Releases {
        Releases(
            history.enumerated().compactMap { index, entry in
                AppName("shop").map { record($0, index + 1, entry.0, entry.1) }
            }
        )
    }

    private func record(_ app: AppName, _ number: Int, _ verdict: Verdict?, _ image: ImageID) -> Record {
        var record = Record(app: app, number: number, received: Date())
        record.verdict = verdict
        record.reason = "because"
        record.compose = Record.ComposeFile(file: "\(number).yaml", sha256: "same")
        record.services["app"] = Record.Release(
            image: "shop:latest",
            imageID: image,
            digest: nil,
            source: nil,
            revision: nil
        )
        return record
    }

    @Test func theLastGoodIsTheLastThatWasDeployed() {
        #expect(releases([]).lastGood == nil)
        #expect(releases([(.failed, "a"), (.unhealthy, "b")]).lastGood == nil)
        #expect(
            releases([(.deployed, "a"), (.deployed, "b"), (.rolledBack, "c"), (.refused, "d")]).lastGood?.number == 2
        )
        #expect(releases([(.deployed, "a"), (nil, "b")]).lastGood?.number == 1)
    }

    @Test func previousIsTheOtherGoodOne() {
        #expect(releases([(.deployed, "a")]).previous == nil)
        #expect(releases([(.deployed, "a"), (.deployed, "b")]).previous?.number == 1)
        // A release that was deployed twice is one release.
        #expect(releases([(.deployed, "a"), (.deployed, "b"), (.deployed, "b")]).previous?.number == 1)
        // After a rollback the good one runs again.
        #expect(releases([(.deployed, "a"), (.deployed, "b"), (.rolledBack, "c")]).previous?.number == 1)
        // Where what runs is not good, it is the last good one.
        #expect(releases([(.deployed, "a"), (.deployed, "b"), (.unhealthy, "c")]).previous?.number == 2)
        #expect(releases([(.deployed, "a"), (.rollbackFailed, "c"), (.refused, "d")]).previous?.number == 1)
    }

    @Test(arguments: [-1, 0, 1, 3, .max - 1])
    func theLastGoodIsAlwaysKept(keep: Int) {
        let kept = releases([(.deployed, "a"), (.rolledBack, "b"), (.deployed, "c"), (.deployed, "d")]).kept(keep)
        #expect(kept.contains(4))
        #expect(!kept.contains(2))
        #expect(kept.count == min(max(keep, 0), 2) + 1)
    }

    @Test func aReleaseThatWasRolledBackIsRemembered() {
        let history: [(Verdict?, ImageID)] = [(.deployed, "a"), (.rolledBack, "b")]
        #expect(releases(history).rolledBack(images: ["app": "b"], composeDigest: "same")?.number == 2)
        #expect(releases(history).rolledBack(images: ["app": "c"], composeDigest: "same") == nil)
        #expect(releases(history).rolledBack(images: ["app": "b"], composeDigest: "mended") == nil)
        #expect(releases(history).rolledBack(images: ["app": "a"], composeDigest: "same") == nil)
        // What never touched the app does not change that; a deployment that went well does.
        let refused = releases(history + [(.refused, "b"), (.failed, "b"), (.superseded, "b")])
        #expect(refused.rolledBack(images: ["app": "b"], composeDigest: "same")?.number == 2)
        #expect(releases(history + [(.deployed, "b")]).rolledBack(images: ["app": "b"], composeDigest: "same") == nil)
    }

    @Test func keptAreReleasesAndNotRecords() {
        let kept = releases([(.deployed, "a"), (.deployed, "b"), (.deployed, "b"), (.deployed, "b")]).kept(1)
        #expect(kept == [1, 2, 3, 4])
        // What was left running is kept too, until something good runs.
        #expect(releases([(.deployed, "a"), (.unhealthy, "b")]).kept(0) == [1, 2])
    }

    @Test func nothingGoesBackAcrossAReleaseThatForbidsIt() throws {
        let app = try #require(AppName("shop"))
        var forbidding = record(app, 2, .unhealthy, "b")
        forbidding.directives.mayRollBack = false
        let good = record(app, 1, .deployed, "a")
        #expect(Releases([good, forbidding]).wayBack == nil)
        #expect(Releases([good, forbidding]).barrier(after: good)?.number == 2)
        #expect(Releases([good, forbidding, record(app, 3, .deployed, "c")]).wayBack?.number == 3)
        // One that never ran forbids nothing.
        forbidding.verdict = .failed
        #expect(Releases([good, forbidding]).wayBack?.number == 1)
    }

    @Test func aRecordThatCannotBeReadMayBeTheLastGoodOne() throws {
        let app = try #require(AppName("shop"))
        let good = record(app, 3, .deployed, "a")
        #expect(Releases([good], unreadable: [2]).unreadableSinceLastGood == nil)
        #expect(Releases([good], unreadable: [2, 5]).unreadableSinceLastGood == 5)
        #expect(!Releases([good], unreadable: [2]).isComplete)
    }

    @Test(arguments: Verdict.allCases)
    func whatRunsIsKnownToBeBad(verdict: Verdict) {
        let isBad = releases([(verdict, "a"), (.refused, "b")]).endedUnhealthy
        #expect(isBad == [.unhealthy, .rollbackFailed].contains(verdict))
    }
}
