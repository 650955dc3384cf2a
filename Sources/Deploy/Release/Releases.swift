import Docker

/// What an app's records say together: which releases were good, and which were not.
package struct Releases: Sendable {
    private let records: [Record]

    /// - Parameter records: in any order; those without a verdict do not count.
    package init(_ records: [Record]) {
        self.records = records.filter { $0.verdict != nil }.sorted { $0.number < $1.number }
    }

    /// The release that a rollback goes back to: the last one that was deployed.
    package var lastGood: Record? {
        records.last { $0.verdict == .deployed }
    }

    /// The good release before the one that runs, by hand (`BERTH_ROLLBACK_TO=previous`): where the last switch left
    /// something that is not good, that is the last good one.
    package var previous: Record? {
        guard let running = records.last(where: { $0.hasSwitched }) else { return nil }
        guard running.verdict != .unhealthy, running.verdict != .rollbackFailed, let lastGood else { return lastGood }
        return records.last { record in
            record.verdict == .deployed && record.number < lastGood.number && record.images != lastGood.images
        }
    }

    /// A good release by its number.
    package func good(_ number: Int) -> Record? {
        records.last { $0.number == number && $0.verdict == .deployed }
    }

    /// The numbers of the good releases whose images stay: the last one, and `keep` before it.
    package func kept(_ keep: Int) -> Set<Int> {
        Set(records.filter { $0.verdict == .deployed }.suffix(max(keep, 0) + 1).map(\.number))
    }

    /// The deployment of the very same release, if it was rolled back and has not been deployed since.
    ///
    /// A release is its images and its Compose file; its variables may differ in what changes with each run of CI.
    package func rolledBack(images: [ServiceName: ImageID], composeDigest: String?) -> Record? {
        let last = records.last { record in
            record.hasSwitched && record.images == images && record.compose?.sha256 == composeDigest
        }
        guard let last, last.verdict == .rolledBack || last.verdict == .rollbackFailed else { return nil }
        return last
    }

    /// Whether berth has ever deployed anything good.
    package var hasGood: Bool { lastGood != nil }

    /// Whether what runs is what berth itself left not healthy.
    package var endedUnhealthy: Bool {
        records.last { $0.hasSwitched }.map { $0.verdict == .unhealthy || $0.verdict == .rollbackFailed } ?? false
    }
}

extension Record {
    /// The release's images, by service.
    package var images: [ServiceName: ImageID] { services.mapValues(\.imageID) }

    /// Whether the deployment has changed what runs.
    var hasSwitched: Bool {
        switch verdict {
        case .deployed, .rolledBack, .unhealthy, .rollbackFailed: true
        case .refused, .failed, .superseded, nil: false
        }
    }
}
