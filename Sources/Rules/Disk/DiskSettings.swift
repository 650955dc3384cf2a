/// The disk guard's settings (`[disk]`), in percent of space or inodes.
package struct DiskSettings: Equatable, Sendable {
    /// What the guard may do with volumes when nothing else is left to remove.
    package enum Volumes: String, Sendable, CaseIterable {
        case keep
        /// It may remove anonymous volumes that nothing refers to.
        case anonymous
    }

    /// If a filesystem with images or volumes is fuller than this, the guard removes more than dangling images.
    package var `guard` = 80
    /// The guard stops at this.
    package var target = 70
    /// If any filesystem is still fuller than this after the guard's work, the drop is refused.
    package var refuse = 95
    package var volumes = Volumes.keep

    package init() {}

    /// How full a filesystem may be before the guard removes something from it.
    ///
    /// - Parameter isGuarding: whether the guard has started there.
    func limit(isGuarding: Bool) -> Int { isGuarding ? target : self.guard }
}
