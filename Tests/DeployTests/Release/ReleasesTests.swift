import Docker
import FoundationEssentials
import Testing

@testable import Deploy

@Suite struct ReleasesTests {
    /// One drop of an app's history.
    struct Drop: Sendable, ExpressibleByStringLiteral {
        let verdict: Verdict?
        let image: ImageID
        let compose: String
        let word: Substring?

        /// - Parameter text: a verdict, or `-` for none, the image's ID, and after a slash the Compose file's digest; then
        ///   `never` where it forbids the way back, `byHand` where it is a rollback, `stepped` where a step was started.
        init(stringLiteral text: String) {
            let words = text.split(separator: " ")
            let release = words[1].split(separator: "/")
            verdict = Verdict(rawValue: String(words[0]))
            image = ImageID(rawValue: String(release[0]))
            compose = release.count > 1 ? String(release[1]) : "same"
            word = words.dropFirst(2).first
        }
    }

    /// The records of a history, numbered from 1, in no order.
    private func releases(_ history: [Drop], unreadable: Set<Int> = []) throws -> Releases {
        let app = try #require(AppName("shop"))
        return Releases(
            history.enumerated().reversed().map { index, drop in
                var record = Record(app: app, number: index + 1, received: Date())
                record.verdict = drop.verdict
                record.compose = Record.ComposeFile(file: "\(index + 1).yaml", sha256: drop.compose)
                record.services["app"] = Record.Release(
                    image: "shop:latest",
                    imageID: drop.image,
                    digest: nil,
                    source: nil,
                    revision: nil
                )
                record.directives.mayRollBack = drop.word != "never"
                record.directives.rollbackTo = drop.word == "byHand" ? .previous : nil
                record.steps = drop.word == "stepped" ? [Record.StepResult(name: "migrate", when: .before)] : []
                return record
            },
            unreadable: unreadable
        )
    }

    /// A history, the release that a rollback goes back to, the one that `previous` means, and whether what runs is what
    /// berth left not healthy.
    static let histories: [(history: [Drop], lastGood: Int?, previous: Int?, endedUnhealthy: Bool)] = [
        ([], nil, nil, false),
        (["- a"], nil, nil, false),
        (["deployed a"], 1, nil, false),
        (["failed a", "refused a", "superseded a"], nil, nil, false),
        (["deployed a", "deployed b"], 2, 1, false),
        (["deployed a", "deployed b", "- c"], 2, 1, false),
        // What has not touched the app changes nothing.
        (["deployed a", "deployed b", "failed c", "refused d", "superseded e"], 2, 1, false),
        // The good one runs again.
        (["deployed a", "deployed b", "rolledBack c"], 2, 1, false),
        (["deployed a", "rolledBack b"], 1, nil, false),
        // What runs is not good, so that the last good one is the one before it.
        (["deployed a", "deployed b", "unhealthy c"], 2, 2, true),
        (["deployed a", "unhealthy b", "failed c", "refused c"], 1, 1, true),
        (["deployed a", "rollbackFailed b"], 1, 1, true),
        (["unhealthy a"], nil, nil, true),
        (["unhealthy a", "deployed b"], 2, nil, false),
        (["deployed a", "unhealthy b", "deployed c"], 3, 1, false),
        (["deployed a", "unhealthy b", "rolledBack c"], 1, nil, false),
        // By hand from b to a, and from there to b again.
        (["deployed a", "deployed b", "deployed a"], 3, 2, false),
        (["deployed a", "deployed b", "deployed a", "deployed b"], 4, 3, false),
        (["deployed a", "deployed b", "unhealthy c", "deployed b"], 4, 1, false),
        (["deployed a", "deployed b", "rollbackFailed a"], 2, 2, true),
        // What is deployed twice is one release, and another Compose file makes another.
        (["deployed a", "deployed b", "deployed b", "deployed b"], 4, 1, false),
        (["deployed a", "deployed a"], 2, nil, false),
        (["deployed a/one", "deployed a/two"], 2, 1, false),
        (["deployed a/one", "deployed b/one", "deployed b/two", "deployed b/two"], 4, 2, false),
    ]

    @Test(arguments: histories)
    func whatAHistoryMeans(history: [Drop], lastGood: Int?, previous: Int?, endedUnhealthy: Bool) throws {
        let releases = try releases(history)
        #expect(releases.lastGood?.number == lastGood)
        #expect(releases.previous?.number == previous)
        #expect(releases.endedUnhealthy == endedUnhealthy)
    }

    /// A history, the release that berth goes back to by itself, and the one that stands between it and the last good one.
    @Test(
        arguments: [
            ([], nil, nil),
            (["deployed a"], 1, nil),
            (["deployed a", "unhealthy b"], 1, nil),
            (["deployed a", "rolledBack b", "failed c"], 1, nil),
            (["deployed a", "unhealthy b never"], nil, 2),
            (["deployed a", "unhealthy b never", "unhealthy c never", "refused d"], nil, 3),
            (["deployed a", "unhealthy b never", "rolledBack c"], nil, 2),
            // It never ran.
            (["deployed a", "failed b never", "refused c never", "superseded d never", "- e never"], 1, nil),
            // What forbids it is itself the last good one, or has a good one after it.
            (["deployed a", "deployed b never"], 2, nil),
            (["deployed a", "unhealthy b never", "deployed c"], 3, nil),
        ] as [([Drop], Int?, Int?)]
    )
    func nothingGoesBackAcrossAReleaseThatForbidsIt(history: [Drop], wayBack: Int?, barrier: Int?) throws {
        let releases = try releases(history)
        #expect(releases.wayBack?.number == wayBack)
        #expect(releases.lastGood.flatMap { releases.barrier(after: $0)?.number } == barrier)
    }

    /// The records that cannot be read, and the one that may be the last good one.
    @Test(arguments: [([], nil), ([1], nil), ([2], nil), ([4], 4), ([1, 5, 4], 5)] as [(Set<Int>, Int?)])
    func aRecordThatCannotBeReadMayBeTheLastGoodOne(unreadable: Set<Int>, last: Int?) throws {
        let releases = try releases(["- a", "failed b", "deployed c"], unreadable: unreadable)
        #expect(releases.unreadableSinceLastGood == last)
        #expect(releases.isComplete == unreadable.isEmpty)
        #expect(try self.releases([], unreadable: unreadable).unreadableSinceLastGood == unreadable.max())
    }

    @Test(
        arguments: [
            ([], false), (["failed a"], false), (["failed a stepped"], true),
            (["failed a stepped", "refused b"], true),
            (["failed a stepped", "deployed b"], false), (["deployed a stepped"], false), (["- a stepped"], false),
        ] as [([Drop], Bool)]
    )
    func aStepBeforeAFirstSwitchIsKnown(history: [Drop], hasOnlyTried: Bool) throws {
        #expect(try releases(history).hasOnlyTried == hasOnlyTried)
    }

    @Test(arguments: Verdict.allCases)
    func onlyWhatWasDeployedIsGood(verdict: Verdict) throws {
        let releases = try releases([Drop(stringLiteral: "\(verdict) a")])
        #expect((releases.good(1) != nil) == (verdict == .deployed))
        #expect((releases.lastGood != nil) == (verdict == .deployed))
        #expect(releases.good(2) == nil)
        #expect(releases.good(0) == nil)
    }

    static let mixed: [Drop] = [
        "deployed a", "rolledBack b", "failed c", "deployed d", "unhealthy e", "deployed f", "refused g", "deployed h",
        "- i",
    ]

    /// A history, how many good releases are to be kept beside the last, and the numbers of those that are.
    @Test(
        arguments: [
            (mixed, 0, [8]), (mixed, 1, [6, 8]), (mixed, 3, [1, 4, 6, 8]), (mixed, 4, [1, 4, 6, 8]),
            (mixed, 100, [1, 4, 6, 8]), (mixed, .max, [1, 4, 6, 8]), (mixed, -1, [8]), (mixed, .min, [8]),
            ([], 3, []), (["rolledBack a", "failed b"], 3, []),
            // A release that was deployed again is still one.
            (["deployed a", "deployed b", "deployed b", "deployed b"], 0, [2, 3, 4]),
            (["deployed a", "deployed b", "deployed b", "deployed b"], 1, [1, 2, 3, 4]),
            (["deployed a", "deployed b", "deployed a"], 0, [1, 3]),
            // What was left running is kept until something good runs.
            (["deployed a", "unhealthy b"], 0, [1, 2]), (["unhealthy a"], 0, [1]),
            (["deployed a", "rollbackFailed b", "refused c"], 0, [1, 2]),
            (["deployed a", "unhealthy b", "rolledBack c"], 0, [1]),
            (["deployed a", "unhealthy b", "deployed c"], 0, [3]),
        ] as [([Drop], Int, [Int])]
    )
    func theLastGoodOnesAreKept(history: [Drop], keep: Int, kept: [Int]) throws {
        #expect(try releases(history).kept(keep).sorted() == kept)
    }

    /// Whatever has happened, that which a rollback goes back to is kept, and nothing that has not run.
    @Test func theLastGoodIsAlwaysKept() throws {
        var dice = SplitMix(seed: 5)
        for _ in 0..<500 {
            let history = (0..<Int.random(in: 0...12, using: &dice)).map { _ in
                let verdict = Verdict.allCases.randomElement(using: &dice).map { "\($0)" } ?? "-"
                return Drop(stringLiteral: "\(verdict) \(Int.random(in: 0...3, using: &dice))")
            }
            let releases = try releases(history)
            for keep in [.min, -1, 0, 1, 3, .max] {
                let kept = releases.kept(keep)
                #expect(releases.lastGood.map { kept.contains($0.number) } ?? (kept.count <= 1))
                #expect(kept.filter { releases.good($0) == nil }.count == (releases.endedUnhealthy ? 1 : 0))
            }
        }
    }

    /// A history, and which of its deployments tells against `b` with the usual Compose file.
    @Test(
        arguments: [
            (["deployed a", "rolledBack b"], 2),
            (["deployed a", "rollbackFailed b"], 2),
            (["deployed a", "rolledBack b", "deployed a"], 2),
            (["deployed a", "rolledBack b", "rolledBack c", "rolledBack b"], 4),
            // It never ran.
            (["deployed a", "rolledBack b", "refused b", "superseded b", "failed b", "- b"], 2),
            // It has been forced since, and was good.
            (["deployed a", "rolledBack b", "deployed b"], nil),
            (["deployed a", "rolledBack b", "deployed b", "deployed a"], nil),
            (["deployed a", "rolledBack b", "deployed b", "rolledBack b"], 4),
            // It was left for inspection.
            (["deployed a", "unhealthy b"], nil),
            (["deployed a", "rolledBack b", "unhealthy b"], nil),
            // Something else was rolled back.
            (["deployed a", "rolledBack c"], nil),
            (["deployed a", "rolledBack b/mended"], nil),
            (["deployed b"], nil),
            ([], nil),
            // Who went back to it by hand has not brought it anew.
            (["deployed b", "deployed a", "rollbackFailed b byHand"], nil),
            (["deployed a", "rolledBack b", "rollbackFailed a byHand"], 2),
        ] as [([Drop], Int?)]
    )
    func whatWasRolledBackIsRemembered(history: [Drop], number: Int?) throws {
        let releases = try releases(history)
        #expect(releases.rolledBack(images: ["app": "b"], composeDigest: "same")?.number == number)
        #expect(releases.rolledBack(images: ["app": "b", "db": "b"], composeDigest: "same") == nil)
        #expect(releases.rolledBack(images: ["app": "b"], composeDigest: nil) == nil)
    }
}
