import NIOCore

/// A monotonic clock whose sleepers are timers of an event loop.
///
/// `Task.sleep` uses libdispatch, which then wakes the process once a second; a daemon that waits for days must not do
/// that. In tests, an event loop with a manual clock makes every wait exact.
package struct EventLoopClock: Clock {
    package struct Instant: InstantProtocol {
        fileprivate let deadline: NIODeadline

        package func advanced(by duration: Duration) -> Self {
            Self(deadline: deadline + TimeAmount(duration))
        }

        package func duration(to other: Self) -> Duration {
            Duration(other.deadline - deadline)
        }

        package static func < (left: Self, right: Self) -> Bool { left.deadline < right.deadline }
    }

    private let eventLoop: any EventLoop

    package init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    package var now: Instant { Instant(deadline: eventLoop.now) }

    package var minimumResolution: Duration { .nanoseconds(1) }

    /// Waits until `deadline`; throws `CancellationError` at once when the task is cancelled.
    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let timer = eventLoop.scheduleTask(deadline: deadline.deadline) {}
        do {
            try await withTaskCancellationHandler {
                try await timer.futureResult.get()
            } onCancel: {
                timer.cancel()
            }
        } catch EventLoopError.cancelled {
            throw CancellationError()
        }
    }
}

extension Duration {
    /// To the millisecond.
    package var inSeconds: Double { (self / .milliseconds(1)).rounded() / 1000 }
}
