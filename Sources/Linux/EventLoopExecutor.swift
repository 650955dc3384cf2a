import NIOCore
import Synchronization

/// Runs tasks on an event loop.
///
/// An agent that runs everything on one event loop has one thread, which sleeps in the kernel until there is work. The
/// default executor's threads wake up once a second.
///
/// The event loop itself would run all jobs that are ready, and those that they lead to, before it looks at its descriptors
/// and timers again. Here, jobs that are still ready after ``slice`` wait for the loop's next turn.
package final class EventLoopExecutor: TaskExecutor {
    private struct Jobs {
        var ready: [UnownedJob] = []
        /// Whether the loop has been asked to run them.
        var areDue = false
    }

    /// How long jobs may keep the loop from what is new.
    private static let slice = TimeAmount.milliseconds(10)
    /// Until the rest is due. A task that is due at once would belong to the same turn.
    private static let pause = TimeAmount.microseconds(100)

    private let eventLoop: any EventLoop
    private let jobs = Mutex(Jobs())

    package init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isFirst = jobs.withLock { jobs in
            defer { jobs.areDue = true }
            jobs.ready.append(job)
            return !jobs.areDue
        }
        if isFirst { eventLoop.execute { self.run() } }
    }

    private func run() {
        let end = eventLoop.now + Self.slice
        while let ready = takeReady() {
            for (index, job) in ready.enumerated() {
                job.runSynchronously(on: asUnownedTaskExecutor())
                guard eventLoop.now < end else { return pause(before: ready[(index + 1)...]) }
            }
        }
    }

    /// The jobs that are ready, in their order; nil if there are none.
    private func takeReady() -> [UnownedJob]? {
        jobs.withLock { jobs in
            jobs.areDue = !jobs.ready.isEmpty
            defer { jobs.ready = [] }
            return jobs.areDue ? jobs.ready : nil
        }
    }

    private func pause(before rest: ArraySlice<UnownedJob>) {
        jobs.withLock { $0.ready = rest + $0.ready }
        eventLoop.scheduleTask(in: Self.pause) { self.run() }
    }
}
