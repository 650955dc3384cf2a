import DockerModel
import Glibc

extension Timestamp {
    /// The time by the host's clock, which is the Engine's too: both ends of a Unix socket share it.
    package static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
