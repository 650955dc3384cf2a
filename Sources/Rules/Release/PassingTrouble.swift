/// What a registry, or a prune beside a pull, does to a pull that may succeed a moment later.
package enum PassingTrouble {
    /// How long to wait before each further try.
    package static let pauses: [Duration] = [.seconds(1), .seconds(5), .seconds(20)]

    /// Whether what the Engine or Compose says tells of such trouble.
    package static func isTold(by lines: some Sequence<String>) -> Bool {
        lines.contains { line in
            let line = line.lowercased()
            return signs.contains { line.contains($0) }
        }
    }

    /// As the Engine words them (distribution's client, containerd's resolver and fetcher), and what the Go library says of a
    /// connection.
    private static let signs = [
        "toomanyrequests", "429 too many requests", "unexpected http status: 5", "500 internal server error",
        "502 bad gateway", "503 service unavailable", "504 gateway time", "connection reset by peer", "unexpected eof",
        "broken pipe", "tls handshake timeout", "lease does not exist", "failed commit on ref",
    ]
}
