import DockerModel
import Testing

@testable import Rules

/// Which of an app's images its records protect, whatever `keep` says.
@Suite struct KeptReleasesTests {
    private let shop: AppName

    init() throws {
        shop = try #require(AppName("shop"))
    }

    private func record(_ number: Int, _ verdict: Verdict?, image: String?) -> Record {
        var record = Record(
            app: shop,
            number: number,
            received: Timestamp(nanoseconds: Int64(number) * 1_000_000_000)
        )
        record.verdict = verdict
        if let image {
            record.services["app"] = Record.Service(
                image: "shop:1",
                imageID: ImageID(rawValue: image),
                digest: nil,
                source: nil,
                revision: nil
            )
        }
        return record
    }

    /// - Parameter keep: nil if the settings do not name the app.
    private func app(_ records: [Record], keep: Int?) -> Inventory.App {
        let undecided = Set(records.filter { $0.verdict == nil }.map(\.number))
        return Inventory.App(shop, History(records.compactMap(History.Entry.init), undecided: undecided), keep: keep)
    }

    private func protected(_ app: Inventory.App) -> Set<ImageID> {
        Set(app.releases.filter { $0.standing != .superseded }.flatMap(\.images))
    }

    @Test(arguments: [0, 1, 3, -1, Int.min, Int.max, 100])
    func noKeepLosesTheLastGoodReleaseOrWhatRuns(keep: Int) {
        var random = SplitMix(seed: 42)
        for _ in 0..<500 {
            let records = (1...Int.random(in: 1...12, using: &random)).map { number in
                record(
                    number,
                    Verdict.allCases.randomElement(using: &random),
                    image: "sha256:\(Int.random(in: 0...4, using: &random))"
                )
            }
            let app = app(records, keep: keep)
            let protected = protected(app)
            let lastGood = records.last { $0.verdict == .deployed }
            if let lastGood { #expect(protected.isSuperset(of: lastGood.imageIDs.values)) }
            let switched = records.last { $0.verdict?.hasSwitched == true }
            // After a rollback the last good one runs.
            if let switched, switched.verdict != .rolledBack {
                #expect(protected.isSuperset(of: switched.imageIDs.values))
            }
        }
    }

    @Test func keepCountsGoodReleasesBesideTheLast() {
        let records = (1...5).map { record($0, .deployed, image: "sha256:\($0)") }
        #expect(protected(app(records, keep: 0)) == ["sha256:5"])
        #expect(protected(app(records, keep: 1)) == ["sha256:5", "sha256:4"])
        #expect(protected(app(records, keep: 99)).count == 5)
    }

    /// A nightly deployment of an unchanged release must not add a name to its images each time.
    @Test func theNewestOfTheSameImagesIsKept() {
        let records = (1...1000).map { record($0, .deployed, image: "sha256:\($0 > 990 ? 2 : 1)") }
        let history = History(records.compactMap(History.Entry.init))
        #expect(history.kept(3) == [990, 1000])
        #expect(protected(app(records, keep: 3)) == ["sha256:1", "sha256:2"])
    }

    @Test func aDeploymentWithoutAVerdictIsUnderWay() {
        let app = app(
            [record(1, .deployed, image: "sha256:1"), record(2, nil, image: "sha256:2"), record(3, nil, image: nil)],
            keep: 0
        )
        #expect(app.releases.map(\.standing) == [.kept, .underWay, .underWay])
    }

    @Test func allThatIsGoodOfAnAppThatTheHostsFileDoesNotNameIsKept() {
        let records = (1...9).map { record($0, $0 == 4 ? .failed : .deployed, image: "sha256:\($0)") }
        #expect(protected(app(records, keep: nil)).count == 8)
    }
}
