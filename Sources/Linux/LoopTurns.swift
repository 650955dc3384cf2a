import NIOCore
import NIOPosix
import Synchronization

/// How long the turns of an event loop take. In a turn it runs all that is ready, and hears of nothing else.
///
/// What it reads from sockets between two turns does not count.
package final class LoopTurns: NIOEventLoopMetricsDelegate {
    private let nanoseconds = Atomic<Int64>(0)

    package init() {}

    /// The longest turn that has ended so far.
    package var longest: Duration { .nanoseconds(nanoseconds.load(ordering: .relaxed)) }

    /// An event loop with a thread of its own, whose turns are measured here.
    package func makeLoop() -> any EventLoop {
        MultiThreadedEventLoopGroup(numberOfThreads: 1, metricsDelegate: self).next()
    }

    package func processedTick(info: NIOEventLoopTickInfo) {
        nanoseconds.max((info.endTime - info.startTime).nanoseconds, ordering: .relaxed)
    }
}
