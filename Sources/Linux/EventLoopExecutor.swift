import NIOCore

/// Runs tasks on an event loop.
///
/// An agent that does everything on one loop has one thread that sleeps in the kernel until there is something to do; the
/// default executor's threads wake up once a second.
package final class EventLoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    package init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
