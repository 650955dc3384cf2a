import CLinux

/// The memory of this process.
package enum OwnMemory {
    /// Keeps it from core dumps, also from those that the kernel pipes to a program in spite of `RLIMIT_CORE`, and from other
    /// processes of the same user (PR_SET_DUMPABLE(2const)). What belongs to this process in `/proc` then belongs to root.
    package static func hide() { _ = set_dumpable(0) }

    /// Gives back to the kernel what is freed, and kept for what may be allocated next (malloc_trim(3)). Takes less than a
    /// millisecond.
    package static func giveBack() { malloc_trim(0) }
}
