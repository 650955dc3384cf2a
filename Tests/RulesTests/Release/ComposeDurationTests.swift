import Testing

@testable import Rules

/// Durations in the notation of the Compose reference.
@Suite struct ComposeDurationTests {
    @Test(arguments: [
        ("90s", Duration.seconds(90)), ("1m30s", .seconds(90)), ("500ms", .milliseconds(500)), ("2h", .seconds(7200)),
        ("0s", .zero), ("10us", .microseconds(10)), ("1h5m30s20ms", .seconds(3930) + .milliseconds(20)),
        ("30s1m", .seconds(90)), ("1s1s", .seconds(2)), ("007s", .seconds(7)), ("1m0s", .seconds(60)),
        ("24h", .seconds(86_400)), ("23h59m60s", .seconds(86_400)), ("86400000ms", .seconds(86_400)),
    ])
    func isRead(text: String, duration: Duration) {
        #expect(Duration(compose: text) == duration)
    }

    @Test(arguments: [
        "", "0", "90", "s", "m30s", "-1s", "+1s", "1.5s", "1,5s", "1 s", " 1s", "1s ", "1S", "1d", "1min", "1s1", "1ss",
        "25h", "24h1us", "99999999999s", "999999999h999999999h", "1e3s", "0x1s", "١s", "1\u{301}s", "1µs", "1s\n",
        "soon",
    ])
    func nothingElseIs(text: String) {
        #expect(Duration(compose: text) == nil)
    }
}
