// Pure: values in, values out.

/// What the host's file says of the disk (`[disk]`), in percent of the fullest filesystem.
package struct DiskSettings: Equatable, Sendable {
    /// What the guard may do about volumes when nothing else is left to go.
    package enum Volumes: String, Sendable, CaseIterable {
        case keep
        /// Those without a name that nothing refers to may go.
        case anonymous
    }

    /// Above this, more than dangling images goes.
    package var `guard` = 80
    /// Down to this.
    package var target = 70
    /// Above this, when nothing more can go, a drop is refused.
    package var refuse = 95
    package var volumes = Volumes.keep

    package init() {}
}
