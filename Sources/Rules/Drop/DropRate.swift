/// How often an app's drops are taken: so many at once, and then one at regular intervals. The others wait in the spool,
/// where CI's newer one takes the place of an older one.
package struct DropRate<Moment: InstantProtocol>: Sendable where Moment.Duration == Duration {
    /// How many drops may come at once.
    package static var burst: Int { 20 }
    package static var interval: Duration { .seconds(3) }

    /// When a whole burst may come again.
    private var rested: Moment?

    package init() {}

    /// How long the next drop has to wait; zero if it may be taken now.
    package func wait(at now: Moment) -> Duration {
        guard let rested else { return .zero }
        return max(.zero, now.duration(to: rested) - Self.interval * (Self.burst - 1))
    }

    package mutating func take(at now: Moment) {
        rested = max(rested ?? now, now).advanced(by: Self.interval)
    }
}
