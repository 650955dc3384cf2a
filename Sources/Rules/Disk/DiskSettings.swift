/// What the host's file says of the disk (`[disk]`), in percent of space or inodes.
package struct DiskSettings: Equatable, Sendable {
    /// What the guard may do about volumes when nothing else is left to go.
    package enum Volumes: String, Sendable, CaseIterable {
        case keep
        /// Anonymous volumes that nothing refers to may go.
        case anonymous
    }

    /// Above this, on a filesystem that images or volumes lie on, more than dangling images goes.
    package var `guard` = 80
    /// Down to this.
    package var target = 70
    /// Above this, on any filesystem, when nothing more can go, a drop is refused.
    package var refuse = 95
    package var volumes = Volumes.keep

    package init() {}

    /// How full a filesystem may be before something on it has to go.
    ///
    /// - Parameter isGuarding: whether the guard has started there.
    func limit(isGuarding: Bool) -> Int { isGuarding ? target : self.guard }
}
