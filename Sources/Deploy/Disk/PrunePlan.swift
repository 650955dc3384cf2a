// Pure: values in, values out.

/// What is to be removed from a host to make room, in order, and what stays, each with its reason.
///
/// Whatever the settings, an image of a container in any state, an image of a kept release or of a deployment that is under
/// way, and a named volume stay; containers are nobody's to remove. What cannot be known leads to removing nothing.
package struct PrunePlan: Equatable, Sendable {
    package private(set) var removals: [Removal] = []
    package private(set) var kept: [Kept] = []

    /// Dangling images always go. The rest goes while a filesystem that it lies on is above the threshold, until the target is
    /// reached by an estimate: what is shared between things makes it rough, hence the one who removes measures again.
    ///
    /// - Parameters:
    ///   - usage: nil where it could not be read: nothing goes.
    ///   - threshold: in percent; the guard's, or the target once the guard has started.
    ///   - failed: what could not be removed before.
    package init(
        _ inventory: Inventory,
        _ usage: Usage?,
        _ settings: DiskSettings,
        threshold: Int? = nil,
        failed: Set<Subject> = []
    ) {
        let judgements = Judge(inventory, settings).judgements
        guard let usage else {
            kept = judgements.map { Kept(subject: $0.subject, reason: $0.keepReason ?? .usageUnknown, bytes: $0.bytes) }
            return
        }
        var need = Need(usage, settings.target)
        var candidates: [(rank: Rank, judgement: Judgement)] = []
        for judgement in judgements {
            switch judgement.fate {
            case .stays(let reason): keep(judgement, reason)
            case .mayGo where failed.contains(judgement.subject): keep(judgement, .refused)
            case .mayGo(_, let rank): candidates.append((rank, judgement))
            }
        }
        candidates.sort { $0.rank < $1.rank }
        let dangling = candidates.prefix { $0.rank.tier == .dangling }
        for (_, judgement) in dangling { remove(judgement, &need) }
        need.start(above: threshold ?? settings.guard)
        for (_, judgement) in candidates.dropFirst(dangling.count) {
            if need.isOpen(for: judgement.subject.content) {
                remove(judgement, &need)
            } else {
                keep(judgement, .roomEnough)
            }
        }
    }

    private mutating func keep(_ judgement: Judgement, _ reason: Kept.Reason) {
        kept.append(Kept(subject: judgement.subject, reason: reason, bytes: judgement.bytes))
    }

    private mutating func remove(_ judgement: Judgement, _ need: inout Need) {
        guard case .mayGo(let reason, _) = judgement.fate else { return }
        removals.append(Removal(subject: judgement.subject, reason: reason, bytes: judgement.frees))
        need.account(judgement.frees ?? 0, for: judgement.subject.content)
    }
}

/// How much room is still to be made on each filesystem that something of the Engine lies on.
private struct Need {
    private var filesystems: [(filesystem: Filesystem, freed: Int64, isOpen: Bool)]
    private let target: Int

    init(_ usage: Usage, _ target: Int) {
        filesystems = usage.filesystems.map { ($0, 0, false) }
        self.target = target
    }

    /// From here on room is made where, after what was removed so far, more than the threshold is used.
    mutating func start(above threshold: Int) {
        for index in filesystems.indices {
            let (filesystem, freed, _) = filesystems[index]
            filesystems[index].isOpen = filesystem.excess(over: threshold) > freed
        }
    }

    func isOpen(for content: Filesystem.Content) -> Bool {
        filesystems.contains { entry in
            entry.isOpen && entry.filesystem.holds.contains(content)
                && entry.filesystem.excess(over: target) > entry.freed
        }
    }

    mutating func account(_ bytes: Int64, for content: Filesystem.Content) {
        for index in filesystems.indices where filesystems[index].filesystem.holds.contains(content) {
            filesystems[index].freed += bytes
        }
    }
}
