import DockerModel
import Testing

@testable import Rules

@Suite struct HistoryTests {
    /// One drop of an app's history.
    struct Drop: Sendable, ExpressibleByStringLiteral {
        let verdict: Verdict?
        let image: ImageID
        let compose: String
        let word: Substring?

        /// - Parameter text: a verdict, or `-` for none, the image's ID, and after a slash the Compose file's digest;
        ///   then `never` if it forbids the way back, `byHand` if it is a rollback, `stepped` if a step was started.
        init(stringLiteral text: String) {
            let words = text.split(separator: " ")
            let release = words[1].split(separator: "/")
            verdict = Verdict(rawValue: String(words[0]))
            image = ImageID(rawValue: String(release[0]))
            compose = release.count > 1 ? String(release[1]) : "same"
            word = words.dropFirst(2).first
        }
    }

    /// The record of a drop, with the parts that a history uses.
    private func record(_ number: Int, _ drop: Drop) throws -> Record {
        let received = Timestamp(nanoseconds: Int64(number) * 1_000_000_000)
        var record = Record(app: try #require(AppName("shop")), number: number, received: received)
        record.verdict = drop.verdict
        record.compose = Record.ComposeFile(file: "\(number).yaml", sha256: drop.compose)
        record.releaseDigest = drop.compose
        record.services["app"] = Record.Service(
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
    }

    /// The history of drops that are numbered from 1, from unordered records.
    private func history(_ drops: [Drop], unreadable: Set<Int> = []) throws -> History {
        let records = try drops.enumerated().reversed().map { try record($0 + 1, $1) }
        return History(
            records.compactMap(History.Entry.init),
            undecided: Set(records.filter { $0.verdict == nil }.map(\.number)),
            unreadable: unreadable
        )
    }

    /// A history, the release that a rollback returns to, the one that `previous` means, and whether berth left an
    /// unhealthy release running.
    static let histories: [(drops: [Drop], lastGood: Int?, previous: Int?, endedUnhealthy: Bool)] = [
        ([], nil, nil, false),
        (["- a"], nil, nil, false),
        (["deployed a"], 1, nil, false),
        (["failed a", "refused a", "superseded a"], nil, nil, false),
        (["deployed a", "deployed b"], 2, 1, false),
        (["deployed a", "deployed b", "- c"], 2, 1, false),
        // Deployments that did not touch the app change nothing.
        (["deployed a", "deployed b", "failed c", "refused d", "superseded e"], 2, 1, false),
        // The good one runs again.
        (["deployed a", "deployed b", "rolledBack c"], 2, 1, false),
        (["deployed a", "rolledBack b"], 1, nil, false),
        // The running release is bad, so `previous` is the last good one.
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
        // The same release twice counts once; another Compose file makes another release.
        (["deployed a", "deployed b", "deployed b", "deployed b"], 4, 1, false),
        (["deployed a", "deployed a"], 2, nil, false),
        (["deployed a/one", "deployed a/two"], 2, 1, false),
        (["deployed a/one", "deployed b/one", "deployed b/two", "deployed b/two"], 4, 2, false),
    ]

    @Test(arguments: histories)
    func whatAHistoryMeans(drops: [Drop], lastGood: Int?, previous: Int?, endedUnhealthy: Bool) throws {
        let history = try history(drops)
        #expect(history.lastGood?.number == lastGood)
        #expect(history.previous?.number == previous)
        #expect(history.endedUnhealthy == endedUnhealthy)
    }

    /// A history, the records that cannot be read, and the release that runs.
    @Test(
        arguments: [
            ([], [], nil),
            (["- a", "refused b"], [], nil),
            (["deployed a", "deployed b", "failed c", "refused d"], [], 2),
            (["deployed a", "unhealthy b"], [], 2),
            (["unhealthy a"], [], 1),
            (["deployed a", "deployed b", "rolledBack c", "failed d"], [], 2),
            (["deployed a", "rollbackFailed b"], [], nil),
            (["deployed a", "rollbackFailed b", "deployed c"], [], 3),
            (["deployed a", "unhealthy b", "rolledBack c"], [], 1),
            // It may be the release that the app went back to.
            (["deployed a", "failed b", "rolledBack c"], [2], nil),
            (["failed a", "deployed b", "rolledBack c"], [1], 2),
        ] as [([Drop], Set<Int>, Int?)]
    )
    func whatRuns(drops: [Drop], unreadable: Set<Int>, running: Int?) throws {
        #expect(try history(drops, unreadable: unreadable).running?.number == running)
    }

    /// A history, the release that a rollback returns to, and the one that bars the last good one.
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
            // The barrier is itself the last good one, or has a good one after it.
            (["deployed a", "deployed b never"], 2, nil),
            (["deployed a", "unhealthy b never", "deployed c"], 3, nil),
        ] as [([Drop], Int?, Int?)]
    )
    func nothingGoesBackAcrossAReleaseThatForbidsIt(drops: [Drop], wayBack: Int?, barrier: Int?) throws {
        let history = try history(drops)
        #expect(history.wayBack?.number == wayBack)
        let failure = history.lastGood.flatMap { history.barrier(after: $0) }
        #expect(failure?.subject == barrier.map { "#\($0)" })
        #expect(failure.map(\.cause) == barrier.map { _ in .rollbackForbidden })
    }

    /// The records that cannot be read, and the one that may be the last good one.
    @Test(arguments: [([], nil), ([1], nil), ([2], nil), ([4], 4), ([1, 5, 4], 5)] as [(Set<Int>, Int?)])
    func aRecordThatCannotBeReadMayBeTheLastGoodOne(unreadable: Set<Int>, last: Int?) throws {
        let history = try history(["- a", "failed b", "deployed c"], unreadable: unreadable)
        #expect(history.unreadableSinceLastGood == last)
        #expect(history.isComplete == unreadable.isEmpty)
        #expect(try self.history([], unreadable: unreadable).unreadableSinceLastGood == unreadable.max())
    }

    @Test(
        arguments: [
            ([], false), (["failed a"], false), (["failed a stepped"], true),
            (["failed a stepped", "refused b"], true),
            (["failed a stepped", "deployed b"], false), (["deployed a stepped"], false), (["- a stepped"], false),
        ] as [([Drop], Bool)]
    )
    func aStepBeforeAFirstSwitchIsKnown(drops: [Drop], hasOnlyTried: Bool) throws {
        #expect(try history(drops).hasOnlyTried == hasOnlyTried)
    }

    @Test(arguments: Verdict.allCases)
    func onlyWhatWasDeployedIsGood(verdict: Verdict) throws {
        let history = try history([Drop(stringLiteral: "\(verdict) a")])
        #expect((history.good(1) != nil) == (verdict == .deployed))
        #expect((history.lastGood != nil) == (verdict == .deployed))
        #expect(history.good(2) == nil)
        #expect(history.good(0) == nil)
    }

    static let mixed: [Drop] = [
        "deployed a", "rolledBack b", "failed c", "deployed d", "unhealthy e", "deployed f", "refused g", "deployed h",
        "- i",
    ]

    /// A history, how many good releases to keep besides the last one, and the numbers of the kept ones.
    @Test(
        arguments: [
            (mixed, 0, [8]), (mixed, 1, [6, 8]), (mixed, 3, [1, 4, 6, 8]), (mixed, 4, [1, 4, 6, 8]),
            (mixed, 100, [1, 4, 6, 8]), (mixed, .max, [1, 4, 6, 8]), (mixed, -1, [8]), (mixed, .min, [8]),
            ([], 3, []), (["rolledBack a", "failed b"], 3, []),
            // A release that was deployed again counts once.
            (["deployed a", "deployed b", "deployed b", "deployed b"], 0, [4]),
            (["deployed a", "deployed b", "deployed b", "deployed b"], 1, [1, 4]),
            (["deployed a", "deployed b", "deployed a"], 0, [3]),
            // A bad release that was left running is kept until a good one runs.
            (["deployed a", "unhealthy b"], 0, [1, 2]), (["unhealthy a"], 0, [1]),
            (["deployed a", "rollbackFailed b", "refused c"], 0, [1, 2]),
            (["deployed a", "unhealthy b", "rolledBack c"], 0, [1]),
            (["deployed a", "unhealthy b", "deployed c"], 0, [3]),
        ] as [([Drop], Int, [Int])]
    )
    func theLastGoodOnesAreKept(drops: [Drop], keep: Int, kept: [Int]) throws {
        #expect(try history(drops).kept(keep).sorted() == kept)
    }

    /// A flood of drops that come to nothing must not push out a release.
    @Test func theOldestDropsThatCameToNothingAreForgotten() throws {
        let app = try #require(AppName("shop"))
        let verdicts: [Verdict] = [.deployed, .refused, .superseded, .rolledBack, .failed, .refused]
        let records = verdicts.enumerated().map { index, verdict in
            var record = Record(app: app, number: index + 1, received: Timestamp(nanoseconds: 0))
            record.verdict = verdict
            return record
        }
        var history = History(records.compactMap(History.Entry.init))
        #expect(history.forgetIdle(beyond: 2) == [2, 3])
        #expect(history.entries.map(\.number) == [1, 4, 5, 6])
        #expect(history.lastNumber == 6)
        #expect(history.forgetIdle(beyond: 2) == [])
    }

    @Test(
        arguments: [
            // Each with what it keeps of two good releases besides the last one.
            (["deployed a", "deployed b", "deployed c", "deployed d", "deployed e"], 2, [1, 2]),
            (["deployed a", "deployed a", "deployed a", "deployed a"], 2, [1, 2]),
            (["deployed a", "rolledBack b", "rolledBack c", "rolledBack d"], 1, [2, 3]),
            (["deployed a", "deployed b", "failed c", "unhealthy d"], 1, [3]),
            (["deployed a", "deployed b"], 2, []),
        ] as [([Drop], Int, [Int])]
    )
    func theOldestDeploymentsAreForgottenButNoWayBack(drops: [Drop], limit: Int, forgotten: [Int]) throws {
        var history = try history(drops)
        let good = history.lastGood
        #expect(history.forgetOld(beyond: limit, keep: 2, switches: 1) == forgotten)
        #expect(history.lastGood == good && history.lastNumber == drops.count)
        #expect(history.count(of: .rolledBack) == drops.count { $0.verdict == .rolledBack })
        #expect(history.forgetOld(beyond: limit, keep: 2, switches: 1) == [])
    }

    /// Otherwise old code could start on what a newer release has migrated.
    @Test func whatForbidsOlderReleasesIsNotForgotten() throws {
        let app = try #require(AppName("shop"))
        let entries = (1...6).compactMap { number in
            var record = Record(app: app, number: number, received: Timestamp(nanoseconds: 0))
            record.verdict = number == 2 ? .unhealthy : .deployed
            record.directives.mayRollBack = number != 2
            return History.Entry(record)
        }
        var history = History(entries)
        let oldest = try #require(history.good(1))
        _ = history.forgetOld(beyond: 2, keep: 0, switches: 1)
        #expect(history.entries.map(\.number) == [2, 5, 6])
        #expect(history.barrier(after: oldest) != nil)
    }

    @Test func whatARollbackMayHaveKeptAsideStaysAsLong() throws {
        var history = try history(Array(repeating: "deployed a", count: 30))
        #expect(history.forgetOld(beyond: 5, keep: 0) == Array(1...10))
    }

    @Test func notAllGoAtOnce() throws {
        var history = try history(Array(repeating: "deployed a", count: 10))
        #expect(history.forgetOld(beyond: 2, keep: 0, switches: 1, most: 3) == [1, 2, 3])
        #expect(history.forgetOld(beyond: 2, keep: 0, switches: 1, most: 3) == [4, 5, 6])
    }

    /// In any history, the release that a rollback returns to is kept, and none that never ran.
    @Test func theLastGoodIsAlwaysKept() throws {
        var dice = SplitMix(seed: 5)
        for _ in 0..<500 {
            let drops = (0..<Int.random(in: 0...12, using: &dice)).map { _ in
                let verdict = Verdict.allCases.randomElement(using: &dice).map { "\($0)" } ?? "-"
                return Drop(stringLiteral: "\(verdict) \(Int.random(in: 0...3, using: &dice))")
            }
            let history = try history(drops)
            for keep in [.min, -1, 0, 1, 3, .max] {
                let kept = history.kept(keep)
                #expect(history.lastGood.map { kept.contains($0.number) } ?? (kept.count <= 1))
                #expect(kept.filter { history.good($0) == nil }.count == (history.endedUnhealthy ? 1 : 0))
            }
        }
    }

    /// A history, and the deployment by which `b` with the usual Compose file is known to be bad.
    @Test(
        arguments: [
            (["deployed a", "rolledBack b"], 2),
            (["deployed a", "rollbackFailed b"], 2),
            (["deployed a", "rolledBack b", "deployed a"], 2),
            (["deployed a", "rolledBack b", "rolledBack c", "rolledBack b"], 4),
            // It never ran.
            (["deployed a", "rolledBack b", "refused b", "superseded b", "failed b", "- b"], 2),
            // It was forced later, and was good.
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
            // A rollback to it by hand is not a new deployment of it.
            (["deployed b", "deployed a", "rollbackFailed b byHand"], nil),
            (["deployed a", "rolledBack b", "rollbackFailed a byHand"], 2),
        ] as [([Drop], Int?)]
    )
    func whatWasRolledBackIsRemembered(drops: [Drop], number: Int?) throws {
        let history = try history(drops)
        #expect(history.knownBad(["app": "b"], "same")?.number == number)
        #expect(history.knownBad(["app": "b", "db": "b"], "same") == nil)
        #expect(history.knownBad(["app": "b"], nil) == nil)
        // Before the pull, a model that names its images by digest is enough.
        #expect(history.knownBad(nil, "other") == nil)
    }

    // MARK: - Growth

    /// Built deployment by deployment, it equals the history of all records together.
    @Test func itGrowsAsIfItHadBeenReadAnew() throws {
        for (drops, _, _, _) in Self.histories {
            var grown = History()
            for (index, drop) in drops.enumerated() {
                let number = grown.begin()
                #expect(number == index + 1 && grown.undecided.contains(number))
                if let entry = History.Entry(try record(number, drop)) { grown.append(entry) }
            }
            #expect(grown == (try history(drops)))
        }
    }

    /// An older deployment may get its verdict after a newer one.
    @Test func aVerdictFindsItsPlace() throws {
        let entries = try [1, 2, 3, 4].map { try #require(History.Entry(record($0, "deployed a"))) }
        var history = History([entries[3], entries[1]], undecided: [1, 3], lastNumber: 9)
        for entry in [entries[2], entries[0]] { history.append(entry) }
        #expect(history == History(entries, lastNumber: 9))
    }

    /// No number is used twice, whatever happened to its record.
    @Test func aNumberIsGivenOnce() throws {
        let entry = try #require(History.Entry(record(2, "deployed a")))
        for (history, next) in [
            (History(), 1), (History([entry]), 3), (History([entry], undecided: [5]), 6),
            (History([entry], undecided: [5], unreadable: [7]), 8), (History([entry], lastNumber: 11), 12),
        ] {
            var history = history
            #expect(history.begin() == next)
            #expect(history.begin() == next + 1)
            #expect(history.lastNumber == next + 1)
        }
    }

    /// A history, how many releases stay, and the deployments whose files do.
    static let fileHistories: [(drops: [Drop], keep: Int, files: Set<Int>)] = [
        (["deployed b/1", "deployed a/2", "deployed a/3", "deployed a/4", "deployed a/5"], 3, [1, 2, 3, 4, 5]),
        (["deployed b/1", "deployed a/1", "deployed a/2", "deployed a/1"], 0, [4]),
    ]

    /// A release whose images stay is one to go back to, so its files stay too.
    @Test(arguments: fileHistories)
    func theFilesOfEachKeptReleaseStay(drops: [Drop], keep: Int, files: Set<Int>) throws {
        let history = try history(drops)
        #expect(history.keptFiles(keep) == files)
        #expect(history.keptFiles(keep).isSuperset(of: history.kept(keep)))
    }
}

/// An entry in the format of the index.
@Suite struct HistoryLineTests {
    private func entry(
        _ verdict: Verdict = .deployed,
        _ images: [ImageUse: ImageID] = ["web": "sha256:2b", "backend": "sha256:1a"],
        compose: String? = "3f2a",
        _ change: (inout Record) -> Void = { _ in }
    ) throws -> History.Entry {
        let received = Timestamp(nanoseconds: 1_790_000_000_250_000_000)
        var record = Record(app: try #require(AppName("shop")), number: 12, received: received)
        record.verdict = verdict
        record.release = images.mapValues {
            Record.Service(image: "shop", imageID: $0, digest: nil, source: nil, revision: nil)
        }
        record.compose = compose.map { Record.ComposeFile(file: "12.yaml", sha256: $0) }
        change(&record)
        return try #require(History.Entry(record))
    }

    @Test func isOneLineOfWords() throws {
        let line = "12 deployed 1790000000250 - 3f2a backend=sha256:1a web=sha256:2b ."
        #expect(try entry().line == line)
        let bare = try entry(.refused, [:], compose: nil) { record in
            record.directives.mayRollBack = false
            record.directives.rollbackTo = .number(3)
            record.steps = [Record.StepResult(name: "migrate", when: .before)]
        }
        #expect(bare.line == "12 refused 1790000000250 -nrs - .")
    }

    @Test(arguments: Verdict.allCases)
    func comesBackAsItWas(verdict: Verdict) throws {
        let changes: [(inout Record) -> Void] = [
            { _ in }, { $0.directives.mayRollBack = false }, { $0.directives.rollbackTo = .previous },
            { $0.steps = [Record.StepResult(name: "a", when: .after)] }, { $0.releaseDigest = "9c41" },
        ]
        for change in changes {
            for images in [
                [:], ["a": "sha256:1"], ["Web": "sha256:1", "a.b_c-d": "sha256:2"],
                ["a": "sha256:1", "a:/assets": "sha256:2", "a:pre_start.0": "sha256:3"],
                ["a:/two words = 100 %\n": "sha256:1", "é:/é": "sha256:2"],
                // An accent after an escape, and what a person wrote for an ID.
                ["a:/ \u{301}": "sha256:1", "b": "of a person .\n13 deployed 1 - - "],
            ] as [[ImageUse: ImageID]] {
                for compose in [nil, "3f2a"] {
                    let entry = try entry(verdict, images, compose: compose, change)
                    #expect(History.Entry(line: entry.line) == entry)
                }
            }
        }
    }

    /// Digits in words of every kind: as long as a digest, of a digest, or almost.
    @Test(arguments: [
        "", "3f2a", String(repeating: "0f", count: 32), String(repeating: "0F", count: 32),
        String(repeating: "0g", count: 32), String(repeating: "é", count: 32), String(repeating: "0f", count: 33),
        "sha256:" + String(repeating: "9a", count: 32), "sha256:" + String(repeating: "9A", count: 32), "sha256:",
        String(repeating: "long", count: 100),
    ])
    func keepsEachWordAsItIs(word: String) throws {
        let id = ImageID(rawValue: word)
        let entry = try entry(.deployed, ["a": id, "b": "sha256:1", "a:/x": id], compose: word) {
            $0.releaseDigest = word
        }
        #expect(entry.images == ["a": id, "b": "sha256:1", "a:/x": id])
        #expect(entry.composeDigest == word && entry.releaseDigest == word)
        #expect(entry == (try self.entry(.deployed, entry.images, compose: word) { $0.releaseDigest = word }))
        #expect(entry != (try self.entry(.deployed, entry.images, compose: word) { $0.releaseDigest = nil }))
        #expect(entry != (try self.entry(.deployed, entry.images, compose: nil) { $0.releaseDigest = word }))
        guard !word.isEmpty else { return }
        #expect(History.Entry(line: entry.line) == entry)
    }

    /// A record that a person has edited may have anything for a digest; it forges no line and no other word.
    @Test(arguments: ["-", "a/b", "a b", "a .\n13 deployed 1 - -", "%", "-/\u{301}"])
    func aDigestIsOneWord(digest: String) throws {
        let entry = try entry(.deployed, ["a": "sha256:1"], compose: digest) { $0.releaseDigest = digest }
        #expect(!entry.line.contains("\n"))
        #expect(History.Entry(line: entry.line) == entry)
    }

    @Test func hasTheImagesBesideThoseOfServices() throws {
        let images: [ImageUse: ImageID] = ["backend": "sha256:1a", "backend:/my assets": "sha256:2b"]
        #expect(
            try entry(.deployed, images).line
                == "12 deployed 1790000000250 - 3f2a backend=sha256:1a backend:/my%20assets=sha256:2b ."
        )
    }

    /// A power failure or a full disk leaves the beginning of a line.
    @Test func aTornLineIsNone() throws {
        let line = try entry().line
        for length in 0..<line.count {
            #expect(History.Entry(line: line.prefix(length)) == nil, "\(line.prefix(length))")
        }
    }

    @Test(arguments: [
        "", " ", ".", "12", "12 deployed 1790000000250 - 3f2a", "12 shipped 1790000000250 - 3f2a .",
        "x deployed 1790000000250 - 3f2a .", "0 deployed 1790000000250 - 3f2a .", "-1 deployed 1 - 3f2a .",
        "12 deployed soon - 3f2a .", "12 deployed 9223372036854775807 - 3f2a .", "12 deployed 1 - 3f2a backend .",
        "12 deployed 1 - 3f2a a%2=b .", "12 deployed 1 - 3f2a a%xx=b .",
        "12 deployed 1 - 3f2a . .13 deployed", " 12 deployed 1 - 3f2a .",
    ])
    func nothingElseIsAnEntry(line: String) {
        #expect(History.Entry(line: line) == nil)
    }

    // MARK: - What the index no longer has

    @Test func theCountOfWhatIsForgottenIsALineOfTheIndex() throws {
        let forgotten = History.Forgotten().adding([try entry(), try entry()])
        let verdict = try entry().verdict
        #expect(forgotten.line == "forgotten \(verdict.rawValue)=2 .")
        #expect(History.Forgotten(line: forgotten.line) == forgotten)
        #expect(History.Entry(line: forgotten.line) == nil)
        #expect(History.Forgotten(line: try entry().line) == nil)
    }

    @Test(arguments: [
        "forgotten", "forgotten refused=1", "forgotten refused= .", "forgotten refused=-1 .", "forgotten shipped=1 .",
        "forgotten refused=9223372036854775807 .",
    ])
    func nothingElseIsACountOfWhatIsForgotten(line: String) {
        #expect(History.Forgotten(line: line) == nil)
    }
}
