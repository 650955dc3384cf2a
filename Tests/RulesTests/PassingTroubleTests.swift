import Testing

@testable import Rules

@Suite struct PassingTroubleTests {
    /// As Engine 26 and 29 and Compose 2 and 5 say it.
    @Test(arguments: [
        "toomanyrequests: You have reached your pull rate limit.",
        "Error response from daemon: received unexpected HTTP status: 503 Service Unavailable",
        "unexpected status from HEAD request to https://r.example/v2/shop/manifests/v2: 429 Too Many Requests",
        "unexpected status from GET request to https://r.example/v2/shop/blobs/sha256:1: 500 Internal Server Error",
        "read tcp 10.0.0.1:4711->10.0.0.2:443: read: connection reset by peer",
        "failed to copy: httpReadSeeker: failed open: unexpected EOF",
        "net/http: TLS handshake timeout",
        "Error response from daemon: lease does not exist: not found",
        "failed commit on ref \"layer-sha256:1\": unexpected commit digest",
    ])
    func passes(line: String) { #expect(PassingTrouble.isTold(by: ["pulling", line, "the end"])) }

    @Test(arguments: [
        "manifest unknown: manifest unknown", "unauthorized: authentication required", "denied: access forbidden",
        "pull access denied for shop, repository does not exist or may require 'docker login'",
        "no space left on device", "dial tcp: lookup r.example: no such host", "",
    ])
    func stays(line: String) { #expect(!PassingTrouble.isTold(by: [line])) }

    @Test func thePausesGrowAndEnd() {
        #expect(PassingTrouble.pauses == PassingTrouble.pauses.sorted())
        #expect(PassingTrouble.pauses.reduce(.zero, +) < .seconds(60))
    }
}
