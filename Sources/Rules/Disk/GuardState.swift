/// The filesystems on which the guard has started: it starts above its limit, then continues down to its target.
package struct GuardState {
    /// What to do with the next thing that may be removed.
    package enum Turn: Equatable {
        case take
        /// Take it; with it, the guard starts on this filesystem.
        case start(Filesystem)
        /// Leave it: there is enough room, or the usage is unknown.
        case leave
    }

    private let settings: DiskSettings
    private var started: Set<String> = []

    package init(_ settings: DiskSettings) {
        self.settings = settings
    }

    /// Whether more than dangling images must be removed.
    package func isCalledFor(_ usage: Usage?) -> Bool {
        Filesystem.Content.allCases.contains { overfull($0, usage) != nil }
    }

    /// - Parameter usage: as measured after the previous removal; nil if it could not be measured.
    package mutating func turn(of removal: Removal, _ usage: Usage?) -> Turn {
        if removal.reason == .dangling { return usage == nil ? .leave : .take }
        guard let filesystem = overfull(removal.subject.content, usage) else { return .leave }
        return started.insert(filesystem.path).inserted ? .start(filesystem) : .take
    }

    /// A filesystem that holds such content and is fuller than it may be.
    private func overfull(_ content: Filesystem.Content, _ usage: Usage?) -> Filesystem? {
        usage?.filesystems.first { filesystem in
            filesystem.holds.contains(content)
                && filesystem.percent > settings.limit(isGuarding: started.contains(filesystem.path))
        }
    }
}
