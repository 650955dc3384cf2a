import Linux
import NIOPosix
import Rules
import Support
import SystemPackage
import Testing

@Suite struct SHA256Comparison {
    /// Compares every length around the ends of several blocks with sha256sum(1).
    @Test func agreesWithSha256sum() async throws {
        var generator = SplitMix(seed: 256)
        try await withTemporaryFolder { folder in
            var expected: [String] = []
            for length in 0...200 {
                let bytes = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
                try File.replace(folder.appending("\(1000 + length)"), with: bytes, mode: .ownerReadWrite)
                expected.append(SHA256.hex(bytes))
            }
            let command = Command(
                executable: "sh",
                arguments: ["-c", "sha256sum *"],
                environment: ["PATH": "/usr/bin:/bin"],
                directory: folder,
                timeout: .seconds(10)
            )
            let output = try await ProcessRunner(eventLoop: MultiThreadedEventLoopGroup.singleton.next()).capture(
                command,
                limit: 1 << 20
            )
            let digests = String(decoding: output, as: UTF8.self).split(separator: "\n").map { String($0.prefix(64)) }
            #expect(digests == expected)
        }
    }
}
