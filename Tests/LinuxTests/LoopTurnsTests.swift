import Linux
import NIOCore
import Testing

@Suite struct LoopTurnsTests {
    @Test func theLongestTurnIsWhatKeepsTheLoopBusy() async throws {
        let turns = LoopTurns()
        let loop = turns.makeLoop()
        let clock = ContinuousClock()

        try await loop.submit {
            let start = clock.now
            while clock.now - start < .milliseconds(50) {}
        }.get()
        // The turn has ended once another one runs.
        try await loop.scheduleTask(in: .nanoseconds(1)) {}.futureResult.get()

        #expect(turns.longest >= .milliseconds(50))
        #expect(turns.longest < .seconds(30))
    }
}
