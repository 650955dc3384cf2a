import Linux
import NIOCore
import Testing

@Suite(.timeLimit(.minutes(1))) struct LoopTurnsTests {
    @Test func theLongestTurnIsWhatKeepsTheLoopBusy() async throws {
        let turns = LoopTurns()
        let loop = turns.makeLoop()
        let clock = ContinuousClock()

        try await loop.submit {
            let start = clock.now
            while clock.now - start < .milliseconds(50) {}
        }.get()
        // What has become ready meanwhile belongs to the same turn.
        while turns.longest < .milliseconds(50) { try await loop.submit {}.get() }
        #expect(turns.longest < .seconds(30))
    }
}
