import Testing

@testable import Rules

@Suite struct DropRateTests {
    private typealias Rate = DropRate<ContinuousClock.Instant>
    private let start = ContinuousClock.now

    /// A rate after so many drops at the start.
    private func rate(after count: Int) -> Rate {
        var rate = Rate()
        for _ in 0..<count { rate.take(at: start) }
        return rate
    }

    @Test func aBurstNeedNotWait() {
        for count in 0..<Rate.burst { #expect(rate(after: count).wait(at: start) == .zero) }
    }

    @Test func whatComesAfterABurstWaits() {
        #expect(rate(after: 20).wait(at: start) == .seconds(3))
        #expect(rate(after: 20).wait(at: start.advanced(by: .seconds(2))) == .seconds(1))
        #expect(rate(after: 20).wait(at: start.advanced(by: .seconds(3))) == .zero)
    }

    @Test func inTheLongRunOneComesInEachInterval() {
        var rate = Rate()
        var now = start
        for _ in 0..<1000 {
            now = now.advanced(by: rate.wait(at: now))
            rate.take(at: now)
        }
        #expect(start.duration(to: now) == Rate.interval * (1000 - Rate.burst))
    }

    @Test func aRestGivesTheBurstBack() {
        var rate = rate(after: 20)
        let later = start.advanced(by: .seconds(60))
        for _ in 0..<Rate.burst {
            #expect(rate.wait(at: later) == .zero)
            rate.take(at: later)
        }
        #expect(rate.wait(at: later) == .seconds(3))
    }
}
