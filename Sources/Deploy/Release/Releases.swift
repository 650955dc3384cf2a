import Docker

/// What an app's records say together: which releases were good, and which were not.
package struct Releases: Sendable {
    private let records: [Record]
    private let unreadable: Set<Int>
    /// The numbers of records without a verdict.
    package let undecided: Set<Int>

    /// - Parameters:
    ///   - records: in any order; those without a verdict do not count.
    ///   - unreadable: the numbers of records that are there and cannot be read.
    package init(_ records: [Record], unreadable: Set<Int> = []) {
        self.records = records.filter { $0.verdict != nil }.sorted { $0.number < $1.number }
        self.unreadable = unreadable
        undecided = Set(records.filter { $0.verdict == nil }.map(\.number))
    }

    /// The last release that was deployed.
    package var lastGood: Record? {
        records.last { $0.verdict == .deployed }
    }

    /// The release that a rollback goes back to: the last good one, unless a later one that forbids it is what runs.
    package var wayBack: Record? {
        lastGood.flatMap { barrier(after: $0) == nil ? $0 : nil }
    }

    /// A release after this one which says that older code must not start again, and which has run.
    package func barrier(after good: Record) -> Record? {
        records.last { $0.number > good.number && $0.hasSwitched && !$0.directives.mayRollBack }
    }

    /// A record after the last good one that cannot be read: nobody knows whether it is the last good one.
    package var unreadableSinceLastGood: Int? {
        unreadable.filter { $0 > lastGood?.number ?? 0 }.max()
    }

    /// Whether everything is known, without which nothing may be let go.
    package var isComplete: Bool { unreadable.isEmpty }

    /// The good release before the one that runs, by hand (`BERTH_ROLLBACK_TO=previous`): where the last switch left
    /// something that is not good, that is the last good one.
    package var previous: Record? {
        guard let running = records.last(where: { $0.hasSwitched }) else { return nil }
        guard running.verdict != .unhealthy, running.verdict != .rollbackFailed, let lastGood else { return lastGood }
        return records.last { record in
            record.verdict == .deployed && !record.isRelease(lastGood.images, lastGood.compose?.sha256)
        }
    }

    /// A good release by its number.
    package func good(_ number: Int) -> Record? {
        records.last { $0.number == number && $0.verdict == .deployed }
    }

    /// The numbers of the records whose images stay: the last good release's, those of `keep` other good releases before
    /// it, and of what was left running although it is not good.
    package func kept(_ keep: Int) -> Set<Int> {
        var releases: [[ServiceName: ImageID]] = []
        var kept: Set<Int> = []
        for record in records.reversed() where record.verdict == .deployed {
            if !releases.contains(record.images) {
                guard releases.count <= max(keep, 0) else { continue }
                releases.append(record.images)
            }
            kept.insert(record.number)
        }
        if endedUnhealthy, let running = records.last(where: { $0.hasSwitched }) { kept.insert(running.number) }
        return kept
    }

    /// The deployment of the very same release, if it was rolled back and has not been deployed since.
    ///
    /// A release is its images and its Compose file; its variables may differ in what changes with each run of CI.
    package func rolledBack(images: [ServiceName: ImageID], composeDigest: String?) -> Record? {
        let last = records.last { record in
            record.hasSwitched && record.directives.rollbackTo == nil && record.isRelease(images, composeDigest)
        }
        guard let last, last.verdict == .rolledBack || last.verdict == .rollbackFailed else { return nil }
        return last
    }

    /// Whether nothing good has ever run, and a step before a first switch may have started what the app depends on.
    package var hasOnlyTried: Bool {
        lastGood == nil && records.contains { !$0.steps.isEmpty }
    }

    /// Whether what runs is what berth itself left not healthy.
    package var endedUnhealthy: Bool {
        records.last { $0.hasSwitched }.map { $0.verdict == .unhealthy || $0.verdict == .rollbackFailed } ?? false
    }
}

extension Record {
    /// The release's images, by service.
    package var images: [ServiceName: ImageID] { services.mapValues(\.imageID) }

    fileprivate func isRelease(_ images: [ServiceName: ImageID], _ composeDigest: String?) -> Bool {
        self.images == images && compose?.sha256 == composeDigest
    }

    /// Whether the deployment has changed what runs.
    var hasSwitched: Bool {
        switch verdict {
        case .deployed, .rolledBack, .unhealthy, .rollbackFailed: true
        case .refused, .failed, .superseded, nil: false
        }
    }
}
