import DockerModel

/// An app's deployments, with which releases were good and which were not.
///
/// It holds a few facts of each deployment; the record of that number has the rest.
package struct History: Sendable, Equatable {
    /// One deployment that has ended.
    package struct Entry: Sendable, Equatable {
        package let number: Int
        package let verdict: Verdict
        package let received: Timestamp
        private let release: Packed
        /// False if older releases must not start again after this one.
        package let mayRollBack: Bool
        /// Whether the deployment was a rollback by hand.
        package let isRollback: Bool
        /// Whether a step was started.
        package let hasSteps: Bool

        init(
            number: Int,
            verdict: Verdict,
            received: Timestamp,
            release: Packed,
            mayRollBack: Bool,
            isRollback: Bool,
            hasSteps: Bool
        ) {
            self.number = number
            self.verdict = verdict
            self.received = received
            self.release = release
            self.mayRollBack = mayRollBack
            self.isRollback = isRollback
            self.hasSteps = hasSteps
        }

        /// Nil for a record without a verdict.
        package init?(_ record: Record) {
            guard let verdict = record.verdict else { return nil }
            self.init(
                number: record.number,
                verdict: verdict,
                received: record.received,
                release: Packed(
                    record.imageIDs,
                    composeDigest: Record.digest(compose: record.compose?.sha256, files: record.files?.sha256),
                    releaseDigest: record.releaseDigest
                ),
                mayRollBack: record.directives.mayRollBack,
                isRollback: record.directives.rollbackTo != nil,
                hasSteps: !record.steps.isEmpty
            )
        }

        package var images: [ImageUse: ImageID] { release.images }
        /// The digest of its Compose file and its files; nil if the deployment did not get that far.
        package var composeDigest: String? { release.composeDigest }
        /// The release's ``ReleaseDigest``; nil if the deployment did not get that far, or is older than this digest.
        package var releaseDigest: String? { release.releaseDigest }

        /// Whether the drop ended before berth had read its release.
        fileprivate var isIdle: Bool { !verdict.hasSwitched && composeDigest == nil && images.isEmpty && !hasSteps }

        fileprivate func isRelease(_ images: [ImageUse: ImageID], _ composeDigest: String?) -> Bool {
            self.images == images && self.composeDigest == composeDigest
        }
    }

    /// Ascending.
    package private(set) var entries: [Entry]
    /// The numbers of the deployments without a verdict.
    package private(set) var undecided: Set<Int>
    /// The numbers of the records that exist but cannot be read.
    package private(set) var unreadable: Set<Int>

    /// The highest number ever assigned; 0 before the first drop.
    package private(set) var lastNumber: Int
    /// How many drops there were whose records no longer exist.
    private var forgotten: Forgotten

    /// - Parameters:
    ///   - entries: in any order.
    ///   - lastNumber: the number of a record that no longer exists.
    ///   - forgotten: how many such records there were.
    package init(
        _ entries: [Entry] = [],
        undecided: Set<Int> = [],
        unreadable: Set<Int> = [],
        lastNumber: Int = 0,
        forgotten: Forgotten = Forgotten()
    ) {
        self.forgotten = forgotten
        self.entries = entries.sorted { $0.number < $1.number }
        self.undecided = undecided
        self.unreadable = unreadable
        let last = self.entries.last?.number ?? 0
        self.lastNumber = max(last, undecided.max() ?? 0, unreadable.max() ?? 0, lastNumber)
    }

    /// Assigns a number to a new deployment, which has no verdict yet.
    package mutating func begin() -> Int {
        lastNumber += 1
        undecided.insert(lastNumber)
        return lastNumber
    }

    /// Notes what has become of a record that could not be read.
    ///
    /// - Parameter record: nil if it is no longer there.
    package mutating func resolve(_ number: Int, _ record: Record?) {
        unreadable.remove(number)
        guard let record else { return }
        lastNumber = max(lastNumber, number)
        if let entry = Entry(record) { append(entry) } else { undecided.insert(number) }
    }

    /// Forgets the oldest drops that came to nothing. A flood of them must not fill a disk.
    ///
    /// - Parameter limit: how many of them stay.
    /// - Returns: the numbers that are forgotten; none of them is ever assigned again.
    package mutating func forgetIdle(beyond limit: Int) -> [Int] {
        let idle = entries.filter(\.isIdle).map(\.number)
        return forget(Set(idle.dropLast(limit)))
    }

    /// Forgets the oldest of the others, but none whose images or files stay, that forbids older ones, or that is one of the
    /// newest that switched.
    ///
    /// - Parameters:
    ///   - limit: how many of them stay.
    ///   - keep: how many good releases stay besides the last one.
    ///   - switches: how many of the newest that switched stay.
    ///   - most: how many go at once, since each is a file to remove.
    /// - Returns: the numbers that are forgotten; none of them is ever assigned again.
    package mutating func forgetOld(beyond limit: Int, keep: Int, switches: Int = 20, most: Int = 100) -> [Int] {
        let old = entries.filter { !$0.isIdle }.dropLast(limit).map(\.number)
        guard !old.isEmpty else { return [] }
        let barrier = entries.last { $0.verdict.hasSwitched && !$0.mayRollBack }.map { [$0.number] } ?? []
        let newest = entries.filter(\.verdict.hasSwitched).suffix(switches).map(\.number)
        let needed = keptFiles(keep).union(barrier).union(newest)
        return forget(Set(old.filter { !needed.contains($0) }.prefix(most)))
    }

    private mutating func forget(_ removed: Set<Int>) -> [Int] {
        guard !removed.isEmpty else { return [] }
        forgotten = forgotten.adding(entries.filter { removed.contains($0.number) })
        entries.removeAll { removed.contains($0.number) }
        return removed.sorted()
    }

    /// Adds a deployment with its verdict.
    package mutating func append(_ entry: Entry) {
        undecided.remove(entry.number)
        let place = entries.lastIndex { $0.number < entry.number }.map { $0 + 1 } ?? 0
        entries.insert(entry, at: place)
    }
}

extension History {
    /// How many drops ended so, also those whose records no longer exist.
    package func count(of verdict: Verdict) -> Int {
        entries.count { $0.verdict == verdict } + (forgotten.counts[verdict] ?? 0)
    }

    /// The last release that was deployed.
    package var lastGood: Entry? { entries.last { $0.verdict == .deployed } }

    /// The last deployment that changed what runs.
    package var lastSwitch: Entry? { entries.last { $0.verdict.hasSwitched } }

    /// The release that the app runs; nil if it never had one, or that is not known.
    ///
    /// Each drop that switched has left either its own release or the one that it went back to.
    package var running: Entry? {
        guard let lastSwitch, !unreadable.contains(where: { $0 > lastSwitch.number }) else { return nil }
        return switch lastSwitch.verdict {
        case .rolledBack: unreadableSinceLastGood == nil ? lastGood : nil
        // Any of its containers may be of either release.
        case .rollbackFailed: nil
        default: lastSwitch
        }
    }

    /// The release that a rollback returns to: the last good one, unless a later release that ran forbids it.
    package var wayBack: Entry? { lastGood.flatMap { barrier(after: $0) == nil ? $0 : nil } }

    /// Why a good release must not start again: a later one that ran forbids it. Nil if none does.
    package func barrier(after good: Entry) -> Failure? {
        entries.last { $0.number > good.number && $0.verdict.hasSwitched && !$0.mayRollBack }.map { later in
            Failure(
                .rollbackForbidden,
                "#\(later.number)",
                "came after #\(good.number) and forbids older releases to start again",
                hint:
                    "deploy a corrected release, or put #\(good.number) back with BERTH_FORCE=1 if its code can still start"
            )
        }
    }

    /// The last unreadable record after the last good release; it may be a newer good release.
    package var unreadableSinceLastGood: Int? {
        unreadable.filter { $0 > lastGood?.number ?? 0 }.max()
    }

    /// Whether all records could be read; otherwise nothing may be removed.
    package var isComplete: Bool { unreadable.isEmpty }

    /// The good release before the one that runs (`BERTH_ROLLBACK_TO=previous`). If the last switch left a bad release
    /// running, this is the last good one.
    package var previous: Entry? {
        guard lastSwitch != nil else { return nil }
        guard !endedUnhealthy, let lastGood else { return lastGood }
        let (images, composeDigest) = (lastGood.images, lastGood.composeDigest)
        return entries.last { $0.verdict == .deployed && !$0.isRelease(images, composeDigest) }
    }

    /// A good release by its number.
    package func good(_ number: Int) -> Entry? {
        entries.last { $0.number == number && $0.verdict == .deployed }
    }

    /// The numbers of the deployments whose images stay: the last good release, `keep` other good releases before it,
    /// and a bad release that was left running. Of several deployments of the same images, the last counts.
    package func kept(_ keep: Int) -> Set<Int> {
        var releases: Set<[ImageUse: ImageID]> = []
        var kept: Set<Int> = []
        for entry in entries.reversed() where entry.verdict == .deployed {
            let images = entry.images
            guard !releases.contains(images) else { continue }
            guard releases.count <= max(keep, 0) else { break }
            releases.insert(images)
            kept.insert(entry.number)
        }
        if endedUnhealthy, let lastSwitch { kept.insert(lastSwitch.number) }
        return kept
    }

    /// The numbers of the deployments whose files stay: the last good release, `keep` other good releases before it,
    /// each release whose images stay, and what the last switch tried.
    package func keptFiles(_ keep: Int) -> Set<Int> {
        var kept: [Entry] = []
        for entry in entries.reversed() where entry.verdict == .deployed {
            guard !kept.contains(where: { $0.isRelease(entry.images, entry.composeDigest) }) else { continue }
            guard kept.count <= max(keep, 0) else { break }
            kept.append(entry)
        }
        return Set(kept.map(\.number)).union(self.kept(keep)).union(lastSwitch.map { [$0.number] } ?? [])
    }

    /// The first of the newest deployments that switched; before it, nothing stays that a rollback has kept aside.
    package var firstOfNewestSwitches: Int {
        entries.filter(\.verdict.hasSwitched).suffix(20).first?.number ?? 1
    }

    /// The deployment of the same release, if it was rolled back and has not been deployed since.
    ///
    /// A bad release is what was tried: its images, and its model with all values. Variables that the model does not use
    /// do not count, so a mended `.env` is a new try, and another run of CI is none.
    ///
    /// - Parameter images: nil if the model names each image by its digest.
    package func knownBad(_ images: [ImageUse: ImageID]?, _ releaseDigest: String?) -> Entry? {
        guard let releaseDigest else { return nil }
        let last = entries.last { entry in
            entry.verdict.hasSwitched && !entry.isRollback && entry.releaseDigest == releaseDigest
                && (images == nil || entry.images == images)
        }
        guard let last, last.verdict == .rolledBack || last.verdict == .rollbackFailed else { return nil }
        return last
    }

    /// Whether the app never had a good release, but a step may have started services that the app depends on.
    package var hasOnlyTried: Bool { lastGood == nil && entries.contains(where: \.hasSteps) }

    /// Whether berth left an unhealthy release running.
    package var endedUnhealthy: Bool {
        lastSwitch.map { $0.verdict == .unhealthy || $0.verdict == .rollbackFailed } ?? false
    }
}
