import NIOCore
import NIOEmbedded
import Testing

@testable import Docker

@Suite("Values")
struct ValueTests {
    @Test(
        "a moment is read and written to the nanosecond",
        arguments: [
            ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"),
            ("2024-02-29T12:30:45.123456789Z", 1_709_209_845_123_456_789, "2024-02-29T12:30:45.123456789Z"),
            ("2024-02-29T12:30:45.5+02:30", 1_709_200_845_500_000_000, "2024-02-29T10:00:45.500000000Z"),
            ("2023-12-31T23:30:00-01:00", 1_704_069_000_000_000_000, "2024-01-01T00:30:00Z"),
            ("2000-03-01T00:00:00Z", 951_868_800_000_000_000, "2000-03-01T00:00:00Z"),
            ("1969-12-31T23:59:59.999999999Z", -1, "1969-12-31T23:59:59.999999999Z"),
            ("2261-12-31T23:59:59Z", 9_214_646_399_000_000_000, "2261-12-31T23:59:59Z"),
            ("2024-01-01T00:00:00.1234567899Z", 1_704_067_200_123_456_789, "2024-01-01T00:00:00.123456789Z"),
        ] as [(String, Int64, String)]
    )
    func timestamp(text: String, nanoseconds: Int64, written: String) {
        #expect(Timestamp(text)?.nanoseconds == nanoseconds)
        #expect(Timestamp(nanoseconds: nanoseconds).description == written)
    }

    @Test(
        "never, and what is no moment",
        arguments: [
            "0001-01-01T00:00:00Z", "", "2024-01-01", "2024-13-01T00:00:00Z", "2024-01-01T24:00:00Z",
            "2024-01-01T00:00:00", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00Z ", "2300-01-01T00:00:00Z",
        ]
    )
    func noTimestamp(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test("every day of four centuries is written as it is read")
    func calendar() {
        var day: Int64 = -40 * 365
        while day < 100 * 366 {
            let timestamp = Timestamp(nanoseconds: day * 86_400_000_000_000)
            #expect(Timestamp(timestamp.description) == timestamp)
            day += 13
        }
    }

    @Test("moments have an order and a distance")
    func distance() throws {
        let early = try #require(Timestamp("2024-01-01T00:00:00.25Z"))
        let late = try #require(Timestamp("2024-01-01T00:00:01Z"))
        #expect(early < late)
        #expect(late - early == .milliseconds(750))
        #expect(early.unixTime == "1704067200.250000000")
    }

    @Test(
        "an image's reference falls into its parts",
        arguments: [
            ("nginx", "docker.io", "nginx", nil, nil),
            ("nginx:alpine", "docker.io", "nginx", "alpine", nil),
            ("acme/app:1", "docker.io", "acme/app", "1", nil),
            ("ghcr.io/acme/app:1.2", "ghcr.io", "ghcr.io/acme/app", "1.2", nil),
            ("127.0.0.1:5000/app", "127.0.0.1:5000", "127.0.0.1:5000/app", nil, nil),
            ("localhost/app:1", "localhost", "localhost/app", "1", nil),
            ("host:5000/a/b:1@sha256:ab", "host:5000", "host:5000/a/b", "1", "sha256:ab"),
            ("app@sha256:ab", "docker.io", "app", nil, "sha256:ab"),
            ("index.docker.io/acme/app", "docker.io", "index.docker.io/acme/app", nil, nil),
        ] as [(String, String, String, String?, String?)]
    )
    func reference(text: String, registry: String, repository: String, tag: String?, digest: String?) {
        let reference = ImageReference(rawValue: text)
        #expect(reference.registry == registry)
        #expect(reference.repository == repository)
        #expect(reference.tag == tag)
        #expect(reference.digest == digest)
    }

    @Test("an identifier is coded as its string, and as a key of an object")
    func identifierCoding() throws {
        let services: [ServiceName: ImageID] = ["app": "sha256:1"]
        let coded = try JSON.object(["app": .string("sha256:1")]).decode(as: [ServiceName: ImageID].self)
        #expect(coded == services)
        #expect("\(ServiceName(rawValue: "app"))" == "app")
    }

    @Test("JSON of others comes back as it was")
    func json() throws {
        let text = #"{"a":[1,-2.5,"x/y",true,false,null,{}],"b":9007199254740993}"#
        let value = try JSON(bytes: Array(text.utf8))
        #expect(String(decoding: try value.bytes(), as: UTF8.self) == text)
        #expect(value["a"].elements.count == 7)
        #expect(value["c"] == .null)
    }

    @Test("a stream falls into the same lines, however it is cut", arguments: 1...7)
    func lines(size: Int) {
        let text = Array("one\ntwo\r\n\r\nthree\rfour\r\r\nlong-long-long\nend".utf8)
        var splitter = LineSplitter(limit: 9)
        var lines: [String] = []
        for start in stride(from: 0, to: text.count, by: size) {
            splitter.append(text[start..<min(start + size, text.count)]) {
                lines.append(String(decoding: $0, as: UTF8.self))
            }
        }
        splitter.finish { lines.append(String(decoding: $0, as: UTF8.self)) }
        #expect(lines == ["one", "two", "", "three", "four", "", "long-long", "-long", "end"])
    }

    @Test("a clock's sleepers wake when its event loop's time has come, and not before")
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

    @Test("a clock's sleeper wakes when it is cancelled")
    func cancelledSleep() async throws {
        let eventLoop = NIOAsyncTestingEventLoop()
        let sleeper = Task { try await EventLoopClock(eventLoop: eventLoop).sleep(for: .seconds(10)) }
        sleeper.cancel()
        let result = await sleeper.result
        #expect(throws: CancellationError.self) { try result.get() }
        await eventLoop.shutdownGracefully()
    }
}
