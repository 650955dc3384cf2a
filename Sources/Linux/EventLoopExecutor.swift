import NIOCore

/// Runs tasks on an event loop.
///
/// An agent that runs everything on one event loop has one thread, which sleeps in the kernel until there is work. The
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
