/// On which filesystems the guard has started: it starts above its limit, and then goes on down to its target.
package struct GuardState {
    /// What becomes of the next thing that may go.
    package enum Turn: Equatable {
        case take
        /// It is taken, and with it the guard starts on a filesystem.
        case start(Filesystem)
        /// There is room without it, or nobody knows.
        case leave
    }

    private let settings: DiskSettings
    private var started: Set<String> = []

    package init(_ settings: DiskSettings) {
        self.settings = settings
    }

    /// Whether more than dangling images is to go.
    package func isCalledFor(_ usage: Usage?) -> Bool {
        Filesystem.Content.allCases.contains { overfull($0, usage) != nil }
    }

    /// - Parameter usage: as it was measured after what went before; nil where it could not be.
    package mutating func turn(of removal: Removal, _ usage: Usage?) -> Turn {
        if removal.reason == .dangling { return usage == nil ? .leave : .take }
        guard let filesystem = overfull(removal.subject.content, usage) else { return .leave }
        return started.insert(filesystem.path).inserted ? .start(filesystem) : .take
    }

    /// A filesystem that such things lie on, and that is fuller than it may be.
    private func overfull(_ content: Filesystem.Content, _ usage: Usage?) -> Filesystem? {
        usage?.filesystems.first { filesystem in
            filesystem.holds.contains(content)
                && filesystem.percent > settings.limit(isGuarding: started.contains(filesystem.path))
        }
    }
}
