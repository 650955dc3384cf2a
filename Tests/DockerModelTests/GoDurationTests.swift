import Testing

@testable import DockerModel

/// Durations in the notation of Go, which is also that of the Compose reference.
@Suite struct GoDurationTests {
    @Test(arguments: [
        ("90s", Duration.seconds(90)), ("1m30s", .seconds(90)), ("500ms", .milliseconds(500)), ("2h", .seconds(7200)),
        ("0s", .zero), ("10us", .microseconds(10)), ("1h5m30s20ms", .seconds(3930) + .milliseconds(20)),
        ("30s1m", .seconds(90)), ("1s1s", .seconds(2)), ("007s", .seconds(7)), ("1m0s", .seconds(60)),
        ("24h", .day), ("23h59m60s", .day), ("86400000ms", .day), ("1.5h", .seconds(5400)), ("1µs", .microseconds(1)),
        ("1h0m0.5s", .seconds(3600) + .milliseconds(500)), ("0.25s", .milliseconds(250)), (".5s", .milliseconds(500)),
        ("1.s", .seconds(1)), ("1.000000000000000000000001ns", .nanoseconds(1)),
    ])
    func isRead(text: String, duration: Duration) {
        #expect(Duration(go: text) == duration)
    }

    @Test(arguments: [
        "25h", "24h1us", "24.0001h", "99999999999s", "999999999h999999999h", "9999999999999999ns",
        "99999999999999999999999999s",
    ])
    func whatIsLongerThanADayIsAtLeastThat(text: String) throws {
        #expect(try #require(Duration(go: text)) > .day)
    }

    @Test(arguments: [
        "", "0", "90", "s", "m30s", "-1s", "+1s", ".s", "1.5.5s", "1,5s", "1 s", " 1s", "1s ", "1S", "1d", "1min",
        "1s1",
        "1ss", "1e3s", "0x1s", "١s", "1\u{301}s", "1s\n", "soon",
    ])
    func nothingElseIs(text: String) {
        #expect(Duration(go: text) == nil)
    }
}
