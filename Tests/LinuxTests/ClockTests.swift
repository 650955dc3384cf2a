import NIOCore
import NIOEmbedded
import Testing

@testable import Linux

@Suite("The event loop's clock")
struct ClockTests {
    @Test("a sleeper wakes at its event loop's time, and not before")
    func clock() async throws {
        let eventLoop = NIOAsyncTestingEventLoop()
        let clock = EventLoopClock(eventLoop: eventLoop)
        let deadline = clock.now.advanced(by: .seconds(10))
        let ticking = Task {
            while !Task.isCancelled { await eventLoop.advanceTime(by: .seconds(1)) }
        }
        try await clock.sleep(until: deadline, tolerance: nil)
        ticking.cancel()
        await ticking.value
        #expect(clock.now >= deadline)
        await eventLoop.shutdownGracefully()
    }

    @Test("a sleeper wakes when it is cancelled")
    func cancelledSleep() async throws {
        let eventLoop = NIOAsyncTestingEventLoop()
        let sleeper = Task { try await EventLoopClock(eventLoop: eventLoop).sleep(for: .seconds(10)) }
        sleeper.cancel()
        let result = await sleeper.result
        #expect(throws: CancellationError.self) { try result.get() }
        await eventLoop.shutdownGracefully()
    }
}
