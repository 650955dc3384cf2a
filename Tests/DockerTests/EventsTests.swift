import DockerModel
import FoundationEssentials
import Support
import Testing

@testable import Docker

@Suite("The Engine's events", .timeLimit(.minutes(1)))
struct EventsTests {
    private static let line =
        "GET /events?filters=%7B%22label%22%3A%5B%22com.docker.compose.project%3Dshop%22%5D%2C"
        + "%22type%22%3A%5B%22container%22%5D%7D&since=1772359198.000000001"
    private let since = Timestamp(nanoseconds: 1_772_359_198_000_000_001)

    @Test("begin once the Engine has subscribed the client, and arrive as they happen")
    func stream() async throws {
        let subscribed = Latch()
        let first = Array(Fixture.event("health_status: unhealthy").utf8)
        let rest = Fixture.event("die", nanoseconds: 7) + Fixture.event("exec_die")
        // The first event comes in two pieces, the others in one.
        let steps: [StubEngine.Step] =
            .chunkedHead + [.wait(subscribed)] + .chunk([UInt8](first[..<40])) + .chunk([UInt8](first[40...]))
            + .chunk(rest) + .lastChunk
        try await withStubEngine([Self.line: steps]) { _, session, _ in
            let events = try await session.withEvents(project: "shop", since: since) { stream throws(EngineError) in
                // The stub sends nothing before this: a client that waited for a first byte would never get here.
                subscribed.open()
                var events: [Event] = []
                for try await event in stream { events.append(event) }
                return events
            }
            #expect(events.map(\.action) == [.healthStatus(.unhealthy), .die, .other("exec_die")])
            #expect(events.map(\.container.rawValue) == [Fixture.id, Fixture.id, Fixture.id])
            #expect(events[0].time.description == "2026-03-01T09:59:58.000000001Z")
            #expect(events[1].time == Timestamp(nanoseconds: 7))
        }
    }

    @Test("tell of names that images were given")
    func namings() async throws {
        let line =
            "GET /events?filters=%7B%22event%22%3A%5B%22pull%22%2C%22tag%22%5D%2C%22type%22%3A%5B%22image%22%5D%7D"
            + "&since=1772359198.000000001"
        let events = """
            {"Type":"image","Action":"pull","Actor":{"ID":"nginx:alpine","Attributes":{"name":"nginx"}},"timeNano":7}
            {"Type":"image","Action":"tag","Actor":{"ID":"sha256:01","Attributes":{"name":"docker.io/library/web:1"}}}

            """
        try await withStubEngine([line: .chunkedHead + .chunk(events) + .lastChunk]) { _, session, _ in
            let events = try await session.withNamings(since: since) { stream throws(EngineError) in
                var events: [ImageEvent] = []
                for try await event in stream { events.append(event) }
                return events
            }
            #expect(events.map(\.name.familiar) == ["nginx:alpine", "web:1"])
            #expect(events.map(\.isPull) == [true, false])
            #expect(events.map(\.time.nanoseconds) == [7, 0])
        }
    }

    @Test("break when the Engine stops")
    func broken() async throws {
        let steps: [StubEngine.Step] = .chunkedHead + .chunk(Fixture.event("start"))
        try await withStubEngine([Self.line: steps]) { _, session, _ in
            var seen: [Event.Action] = []
            let error = await #expect(throws: EngineError.self) {
                try await session.withEvents(project: "shop", since: since) { stream throws(EngineError) in
                    for try await event in stream { seen.append(event.action) }
                }
            }
            #expect(error == .disconnected(request: Self.line.inNewestVersion))
            #expect(seen == [.start])
        }
    }

    @Test("end with the body that reads them")
    func leaving() async throws {
        let gone = Latch()
        try await withStubEngine([Self.line: .chunkedHead + [.awaitHangUp(gone)]]) { _, session, _ in
            let answer = try await session.withEvents(project: "shop", since: since) { _ throws(EngineError) in 42 }
            #expect(answer == 42)
            await gone.wait()
        }
    }

    @Test("end with the task that waits for them")
    func cancellation() async throws {
        let (subscribed, gone) = (Latch(), Latch())
        try await withStubEngine([Self.line: .chunkedHead + [.awaitHangUp(gone)]]) { _, session, _ in
            let task = Task {
                try await session.withEvents(project: "shop", since: since) { stream throws(EngineError) in
                    subscribed.open()
                    for try await _ in stream {}
                }
            }
            await subscribed.wait()
            task.cancel()
            let result = await task.result
            #expect(throws: EngineError.cancelled(request: Self.line.inNewestVersion)) { try result.get() }
            await gone.wait()
        }
    }

    @Test("are refused like any other request")
    func refused() async throws {
        try await withStubEngine([Self.line: .failure(400, "bad filter")]) { _, session, _ in
            let error = await #expect(throws: EngineError.self) {
                try await session.withEvents(project: "shop", since: since) { _ throws(EngineError) in }
            }
            #expect(error?.problem == "status 400: bad filter")
        }
    }

    @Test("begin with the call, not with the response")
    func begin() async throws {
        try await withStubEngine([:]) { _, session, stub in
            await #expect(throws: EngineError.self) {
                try await session.withEvents(project: "shop") { _ throws(EngineError) in }
            }
            let line = try #require(stub.asked.first?.line)
            let seconds = try #require(line.split(separator: "=").last.flatMap { Double($0) })
            #expect(abs(Date().timeIntervalSince1970 - seconds) < 60)
        }
    }

    @Test("are not made up from other JSON")
    func unintelligible() async throws {
        try await withStubEngine([
            "GET /_ping": .answer("OK", headers: ["Api-Version: 1.45"]), Self.line: .answer("{\"Action\":1}\n"),
        ]) { engine, _, _ in
            let session = try await engine.negotiated()
            let error = await #expect(throws: EngineError.self) {
                try await session.withEvents(project: "shop", since: since) { stream throws(EngineError) in
                    for try await _ in stream {}
                }
            }
            #expect(error?.problem == "unexpected response: Actor: is missing")
            #expect(error?.subject == "Docker Engine, " + Self.line.replacing("/events", with: "/v1.45/events"))
        }
    }
}
