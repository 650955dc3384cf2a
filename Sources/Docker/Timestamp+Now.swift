import DockerModel
import Glibc

extension Timestamp {
    /// The time by the host's clock, which is the Engine's too: both ends of a Unix socket share it.
    package static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
    }
}
