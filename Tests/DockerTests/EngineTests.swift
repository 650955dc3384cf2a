import DockerModel
import Linux
import NIOCore
import NIOPosix
import Support
import SystemPackage
import Testing

@testable import Docker

@Suite("The Engine's connection", .timeLimit(.minutes(1)))
struct EngineTests {
    @Test("uses the lower of the two versions, and names itself in the request")
    func negotiation() async throws {
        let pong: [StubEngine.Step] = .answer("OK", headers: ["Api-Version: 1.44", "Ostype: linux"])
        try await withStubEngine(["GET /_ping": pong, "GET /info": .answer(Fixture.info)]) { engine, _, stub in
            let session = try await engine.negotiated()
            #expect(session.version == APIVersion(1, 44))
            _ = try await session.info()
            #expect(stub.asked.map(\.line) == ["GET /_ping", "GET /info"])
            #expect(stub.asked.map(\.version) == [nil, APIVersion(1, 44)])
            #expect(
                stub.asked[1].headers == ["Host": "docker", "User-Agent": "berth", "Connection": "close"]
            )
        }
    }

    @Test("never uses a newer version than its own", arguments: ["1.47", "1.52", "2.0"])
    func newerEngine(version: String) async throws {
        try await withStubEngine(["GET /_ping": .answer("OK", headers: ["Api-Version: \(version)"])]) { engine, _, _ in
            let session = try await engine.negotiated()
            #expect(session.version == APIVersion(1, 47))
        }
    }

    @Test("refuses an Engine that is too old, and a server that is not an Engine")
    func unsupported() async throws {
        try await withStubEngine(["GET /_ping": .answer("OK", headers: ["Api-Version: 1.40"])]) { engine, _, _ in
            await #expect(throws: EngineError.unsupported(socket: engine.socket, APIVersion(1, 40))) {
                _ = try await engine.negotiated()
            }
        }
        try await withStubEngine(["GET /_ping": .answer("hello")]) { engine, _, _ in
            await #expect(throws: EngineError.unsupported(socket: engine.socket, nil)) { _ = try await engine.ping() }
        }
    }

    @Test("reads a body in chunks of any size, and an empty one")
    func bodies() async throws {
        let pieces = Fixture.info.utf8.map { [UInt8]([$0]) }
        let chunked: [StubEngine.Step] = .chunkedHead + pieces.flatMap { [StubEngine.Step].chunk($0) } + .lastChunk
        try await withStubEngine([
            "GET /info": chunked, "GET /nothing": .answer("", status: "204 No Content"),
        ]) { _, session, _ in
            let info = try await session.info()
            #expect(info.serverVersion == "28.5.1")
            #expect(info.rootDirectory == "/var/lib/docker")
            #expect(info.isContainerdImageStore)
            let nothing = try await session.send(Request(path: "/nothing"))
            #expect(nothing.isEmpty)
        }
    }

    @Test("gives the Engine's own message")
    func refused() async throws {
        try await withStubEngine(["GET /images/gone/json": .failure(404, "No such image: gone:latest")]) {
            _,
            session,
            _ in
            let error = EngineError.refused(
                request: "GET /images/gone/json".inNewestVersion,
                status: 404,
                message: "No such image: gone:latest"
            )
            await #expect(throws: error) { _ = try await session.image("gone") }
        }
        try await withStubEngine(["GET /info": .answer("oh", status: "500 Internal Server Error")]) { _, session, _ in
            let error = EngineError.refused(
                request: "GET /info".inNewestVersion,
                status: 500,
                message: "Internal Server Error"
            )
            await #expect(throws: error) { _ = try await session.info() }
        }
    }

    @Test(
        "cuts a message that is too long for a reason, and does without one that is far too long",
        arguments: [(2000, String(repeating: "x", count: 1000) + "…"), (2 << 20, "Internal Server Error")]
    )
    func flooded(length: Int, message: String) async throws {
        let flood = String(repeating: "x", count: length)
        try await withStubEngine(["GET /info": .failure(500, flood)]) { _, session, _ in
            let error = EngineError.refused(request: "GET /info".inNewestVersion, status: 500, message: message)
            await #expect(throws: error) { _ = try await session.info() }
        }
    }

    @Test("says where a response is not as expected")
    func unintelligible() async throws {
        try await withStubEngine(["GET /info": .answer("<html>")]) { _, session, _ in
            let error = await #expect(throws: EngineError.self) { _ = try await session.info() }
            #expect(error?.problem.hasPrefix("unexpected response: ") == true)
        }
        try await withStubEngine(["GET /info": .answer(#"{"ServerVersion":7}"#)]) { _, session, _ in
            let error = await #expect(throws: EngineError.self) { _ = try await session.info() }
            #expect(error?.problem.hasPrefix("unexpected response: ServerVersion: ") == true)
        }
        try await withStubEngine(["GET /info": [.send("SSH-2.0-OpenSSH_9.2\r\n\r\n")]]) { _, session, _ in
            let error = await #expect(throws: EngineError.self) { _ = try await session.info() }
            #expect(error?.problem.hasPrefix("unexpected response: ") == true)
        }
    }

    @Test(
        "distinguishes a truncated response from a short one",
        arguments: [
            [], [.send("HTTP/1.1 200 OK\r\nContent-Le")], [.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}")],
            .chunkedHead, .chunkedHead + .chunk("{}"),
        ] as [[StubEngine.Step]]
    )
    func broken(steps: [StubEngine.Step]) async throws {
        try await withStubEngine(["GET /info": steps]) { _, session, _ in
            await #expect(throws: EngineError.disconnected(request: "GET /info".inNewestVersion)) {
                _ = try await session.info()
            }
        }
    }

    @Test("does not wait forever, for the head or for the rest", arguments: [[], .chunkedHead] as [[StubEngine.Step]])
    func timeout(start: [StubEngine.Step]) async throws {
        let gone = Latch()
        try await withStubEngine(["GET /info": start + [.awaitHangUp(gone)]]) { _, session, _ in
            let timeout = Duration.milliseconds(20)
            await #expect(throws: EngineError.timedOut(request: "GET /info".inNewestVersion, after: timeout)) {
                try await session.send(Request(path: "/info", timeout: timeout))
            }
            await gone.wait()
        }
    }

    @Test("times out at once without any time")
    func noTime() async throws {
        try await withStubEngine([:]) { _, session, _ in
            await #expect(throws: EngineError.timedOut(request: "GET /info".inNewestVersion, after: .zero)) {
                try await session.send(Request(path: "/info", timeout: .zero))
            }
        }
    }

    @Test("closes when the task is cancelled")
    func cancellation() async throws {
        let gone = Latch()
        try await withStubEngine(["GET /info": .chunkedHead + .chunk("{") + [.awaitHangUp(gone)]]) { _, session, stub in
            let (chunks, arrived) = AsyncStream<Void>.makeStream()
            let task = Task {
                try await session.exchange(Request(path: "/info")) { _, body in
                    for try await _ in body { arrived.yield() }
                }
            }
            for await _ in chunks { break }
            task.cancel()
            let result = await task.result
            #expect(throws: EngineError.cancelled(request: "GET /info".inNewestVersion)) { try result.get() }
            await gone.wait()
        }
    }

    @Test("does not read an endless response")
    func limit() async throws {
        try await withStubEngine(["GET /info": .answer("12345")]) { _, session, _ in
            let bytes = try await session.send(Request(path: "/info", limit: 5))
            #expect(bytes.count == 5)
            await #expect(throws: EngineError.tooLarge(request: "GET /info".inNewestVersion, limit: 4)) {
                try await session.send(Request(path: "/info", limit: 4))
            }
        }
    }

    @Test("says why it cannot connect")
    func unreachable() async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        try await withTemporaryFolder { directory in
            let missing = directory.appending("missing.sock")
            await #expect(throws: EngineError.unreachable(socket: missing, .noSuchFileOrDirectory)) {
                _ = try await Engine(socket: missing, eventLoop: loop).ping()
            }
            let stale = directory.appending("stale.sock")
            try FileDescriptor.open(stale, .writeOnly, options: .create, permissions: .ownerReadWrite).close()
            await #expect(throws: EngineError.unreachable(socket: stale, .connectionRefused)) {
                _ = try await Engine(socket: stale, eventLoop: loop).ping()
            }
            let long = directory.appending(String(repeating: "x", count: 200))
            await #expect(throws: EngineError.unreachable(socket: long, .fileNameTooLong)) {
                _ = try await Engine(socket: long, eventLoop: loop).ping()
            }
        }
    }

    @Test("says what to do about a missing permission")
    func permission() {
        let error = EngineError.unreachable(socket: "/run/docker.sock", .permissionDenied)
        #expect(error.subject == "Docker Engine at /run/docker.sock")
        #expect(error.hint == "add the user that runs berth to the group docker")
    }

    @Test("encodes everything except letters, digits and unreserved characters")
    func percentEncoding() {
        #expect("aZ9-._~".percentEncoded() == "aZ9-._~")
        #expect("a b&c=d/é\n".percentEncoded() == "a%20b%26c%3Dd%2F%C3%A9%0A")
        #expect("ghcr.io/a/b:1@sha256:c?d".pathEncoded == "ghcr.io/a/b:1@sha256:c%3Fd")
    }
}
