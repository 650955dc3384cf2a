// Pure: values in, values out.

/// What is to be removed from a host to make room, in order, and what stays, each with its reason.
///
/// Whatever the settings, an image of a container in any state, an image of a kept release or of a deployment that is under
/// way, and a named volume stay; containers are nobody's to remove. What cannot be known leads to removing nothing.
struct PrunePlan: Equatable {
    private(set) var removals: [Removal] = []
    private(set) var kept: [Kept] = []

    /// Dangling images always go. The rest goes while a filesystem that it lies on is above the threshold, until the target is
    /// reached by an estimate: what is shared between things makes it rough, hence the one who removes measures again.
    ///
    /// - Parameters:
    ///   - usage: nil where it could not be read: nothing goes.
    ///   - threshold: in percent: the guard's, or the target once the guard has started; nil for dangling images alone.
    ///   - failed: what could not be removed before.
    init(
        _ inventory: Inventory,
        _ usage: Usage?,
        _ settings: DiskSettings,
        threshold: Int?,
        failed: Set<Subject> = []
    ) {
        var candidates: [(judgement: Judgement, reason: Removal.Reason, since: Duration)] = []
        for judgement in Judge(inventory, settings).judgements {
            switch judgement.fate {
            case .stays(let reason): keep(judgement, reason)
            case .mayGo where usage == nil: keep(judgement, .usageUnknown)
            case .mayGo where failed.contains(judgement.subject): keep(judgement, .failed)
            case .mayGo(let reason, let since): candidates.append((judgement, reason, since))
            }
        }
        candidates.sort { one, other in
            let tiers = (one.reason.tier, other.reason.tier)
            if tiers.0 != tiers.1 { return tiers.0 < tiers.1 }
            return one.since != other.since ? one.since < other.since : one.judgement.key < other.judgement.key
        }
        var shortfall = Shortfall(usage, settings.target)
        let dangling = candidates.prefix { $0.reason == .dangling }
        for candidate in dangling { remove(candidate.judgement, candidate.reason, &shortfall) }
        if let threshold { shortfall.start(above: threshold) }
        for candidate in candidates.dropFirst(dangling.count) {
            if shortfall.isOpen(for: candidate.judgement.subject.content) {
                remove(candidate.judgement, candidate.reason, &shortfall)
            } else {
                keep(candidate.judgement, .roomEnough)
            }
        }
    }

    private mutating func keep(_ judgement: Judgement, _ reason: Kept.Reason) {
        kept.append(Kept(subject: judgement.subject, reason: reason, size: judgement.size))
    }

    private mutating func remove(_ judgement: Judgement, _ reason: Removal.Reason, _ shortfall: inout Shortfall) {
        removals.append(Removal(subject: judgement.subject, reason: reason, frees: judgement.frees))
        shortfall.account(judgement.frees ?? 0, for: judgement.subject.content)
    }
}

/// How much room is still to be made on each filesystem that something of the Engine lies on.
private struct Shortfall {
    private var filesystems: [(filesystem: Filesystem, freed: Int64, isOpen: Bool)]
    private let target: Int

    init(_ usage: Usage?, _ target: Int) {
        filesystems = (usage?.filesystems ?? []).map { ($0, 0, false) }
        self.target = target
    }

    /// From here on room is made where, after what was removed so far, more than the threshold is used.
    mutating func start(above threshold: Int) {
        for (index, entry) in filesystems.enumerated() {
            filesystems[index].isOpen = entry.filesystem.excess(over: threshold) > entry.freed
        }
    }

    func isOpen(for content: Filesystem.Content) -> Bool {
        filesystems.contains { entry in
            entry.isOpen && entry.filesystem.holds.contains(content)
                && entry.filesystem.excess(over: target) > entry.freed
        }
    }

    mutating func account(_ bytes: Int64, for content: Filesystem.Content) {
        for (index, entry) in filesystems.enumerated() where entry.filesystem.holds.contains(content) {
            filesystems[index].freed += bytes
        }
    }
}
