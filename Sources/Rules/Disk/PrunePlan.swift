import DockerModel

/// What to remove from a host to make room, in order, and what stays, each with its reason.
///
/// Whatever the settings, these always stay: every container and its image, the images of a kept release or of a
/// deployment under way, and every named volume. If something is unknown, nothing that depends on it is removed.
package struct PrunePlan: Equatable {
    /// What to remove: estimated to be enough.
    package private(set) var removals: [Removal] = []
    /// What to remove next if that is not enough: things share layers, so only a measurement tells.
    package private(set) var reserve: [Removal] = []
    package private(set) var kept: [Kept] = []

    /// Dangling images are always removed. Above the guard limit of a filesystem, other things on it are removed too,
    /// down to the target.
    ///
    /// - Parameters:
    ///   - usage: nil if it could not be read; nothing is removed then.
    ///   - danglingAlone: whether to remove only dangling images, however full the disk is.
    package init(_ inventory: Inventory, _ usage: Usage?, _ settings: DiskSettings, danglingAlone: Bool = false) {
        var candidates: [(removal: Removal, since: Timestamp, key: String)] = []
        for judgement in Judge(inventory, settings).judgements {
            switch judgement.fate {
            case .stays(let reason): keep(judgement.subject, judgement.size, reason)
            case .mayGo where usage == nil: keep(judgement.subject, judgement.size, .usageUnknown)
            case .mayGo(let reason, let since):
                let removal = Removal(
                    subject: judgement.subject,
                    reason: reason,
                    size: judgement.size,
                    frees: judgement.frees
                )
                candidates.append((removal, since, judgement.key))
            }
        }
        candidates.sort { one, other in
            let tiers = (one.removal.reason.tier, other.removal.reason.tier)
            if tiers.0 != tiers.1 { return tiers.0 < tiers.1 }
            return one.since != other.since ? one.since < other.since : one.key < other.key
        }
        var shortfall = Shortfall(usage, settings)
        let dangling = candidates.prefix { $0.removal.reason == .dangling }
        removals = dangling.map(\.removal)
        for removal in removals { shortfall.account(removal) }
        if !danglingAlone { shortfall.start() }
        for (removal, _, _) in candidates.dropFirst(dangling.count) {
            if shortfall.isOpen(for: removal.subject.content) {
                removals.append(removal)
                shortfall.account(removal)
            } else {
                if !danglingAlone { reserve.append(removal) }
                keep(removal.subject, removal.size, .roomEnough)
            }
        }
    }

    private mutating func keep(_ subject: Subject, _ size: Int64?, _ reason: Kept.Reason) {
        kept.append(Kept(subject: subject, reason: reason, size: size))
    }
}

/// How much room is still missing on each of the Engine's filesystems.
private struct Shortfall {
    private var filesystems: [(filesystem: Filesystem, freed: Int64, isOpen: Bool)]
    private let settings: DiskSettings

    init(_ usage: Usage?, _ settings: DiskSettings) {
        filesystems = (usage?.filesystems ?? []).map { ($0, 0, false) }
        self.settings = settings
    }

    /// Opens each filesystem that stays above the guard limit even after the dangling images are removed.
    mutating func start() {
        for (index, entry) in filesystems.enumerated() {
            filesystems[index].isOpen = entry.filesystem.excess(over: settings.limit(isGuarding: false)) > entry.freed
        }
    }

    func isOpen(for content: Filesystem.Content) -> Bool {
        filesystems.contains { entry in
            entry.isOpen && entry.filesystem.holds.contains(content)
                && entry.filesystem.excess(over: settings.limit(isGuarding: true)) > entry.freed
        }
    }

    mutating func account(_ removal: Removal) {
        for (index, entry) in filesystems.enumerated()
        where entry.filesystem.holds.contains(removal.subject.content) {
            filesystems[index].freed = [entry.freed, removal.frees ?? 0].sum()
        }
    }
}
