import Docker
import DockerModel
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import SystemPackage

/// An Engine on a real socket that follows a script, and remembers its requests.
package final class StubEngine: Sendable {
    /// A received request.
    package struct Asked: Equatable, Sendable {
        /// The first line without the version, such as `GET /info`.
        package var line: String
        /// The API version in the line; nil if it has none.
        package var version: APIVersion?
        package var headers: [String: String]
        package var body: String
    }

    /// One step of a response; the connection ends after the last step.
    package enum Step: Sendable {
        case send(String)
        case sendBytes([UInt8])
        /// Makes the text only when it is its turn, for example for an event that happens then.
        case make(@Sendable () -> String)
        /// Continues once the latch is open.
        case wait(Latch)
        /// Opens the latch.
        case open(Latch)
        /// Sends nothing until the client is gone, then opens the latch.
        case awaitHangUp(Latch)
    }

    private let answer: @Sendable (Asked) -> [Step]
    /// Opens when a client is gone.
    private let hangUps: [Latch]
    private let requests = Mutex<[Asked]>([])

    /// All requests so far.
    package var asked: [Asked] { requests.withLock { $0 } }

    /// - Parameter script: the responses, by the first line of the request without the version, such as `GET /info`.
    package init(script: [String: [Step]]) {
        answer = { asked in script[asked.line] ?? .failure(404, "no script for \(asked.line)") }
        hangUps = script.values.joined().compactMap { step in
            if case .awaitHangUp(let latch) = step { latch } else { nil }
        }
    }

    /// - Parameter answer: returns the response to a request; concurrent requests call it concurrently.
    package init(answer: @escaping @Sendable (Asked) -> [Step]) {
        self.answer = answer
        hangUps = []
    }

    /// Notes a request, and says what to send.
    fileprivate func take(_ asked: Asked) -> [Step] {
        requests.withLock { $0.append(asked) }
        return answer(asked)
    }

    /// A client may also go before it has asked, or while something is sent to it.
    fileprivate func clientHasGone() {
        for latch in hangUps { latch.open() }
    }
}

/// One client: its request, the steps that answer it, and the end.
private final class Connection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    private let stub: StubEngine
    private let hungUp = Latch()
    private var asked: StubEngine.Asked?
    private var body = ByteBuffer()

    init(_ stub: StubEngine) {
        self.stub = stub
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            let headers = Dictionary(head.headers.map { ($0.name, $0.value) }) { first, _ in first }
            let (version, target) = StubEngine.split(head.uri)
            asked = StubEngine.Asked(line: "\(head.method) \(target)", version: version, headers: headers, body: "")
        case .body(let buffer): body.writeImmutableBuffer(buffer)
        case .end:
            guard var asked else { return }
            asked.body = String(buffer: body)
            send(stub.take(asked), to: context.channel)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        hungUp.open()
        stub.clientHasGone()
    }

    /// Most answers are sent at once. A task is for those that wait for something.
    private func send(_ steps: [StubEngine.Step], to channel: any Channel) {
        var buffer = ByteBuffer()
        for (index, step) in steps.enumerated() {
            switch step {
            case .send(let text): buffer.writeString(text)
            case .sendBytes(let bytes): buffer.writeBytes(bytes)
            case .make, .wait, .open, .awaitHangUp:
                channel.writeAndFlush(buffer, promise: nil)
                let (rest, hungUp) = (Array(steps[index...]), hungUp)
                Task { await sendSlowly(rest, to: channel, hungUp) }
                return
            }
        }
        channel.writeAndFlush(buffer).whenComplete { _ in channel.close(promise: nil) }
    }
}

private func sendSlowly(_ steps: [StubEngine.Step], to channel: any Channel, _ hungUp: Latch) async {
    for step in steps {
        switch step {
        case .send(let text): try? await channel.writeAndFlush(ByteBuffer(string: text))
        case .sendBytes(let bytes): try? await channel.writeAndFlush(ByteBuffer(bytes: bytes))
        case .make(let text): try? await channel.writeAndFlush(ByteBuffer(string: text()))
        case .wait(let latch): await latch.wait()
        case .open(let latch): latch.open()
        case .awaitHangUp: await hungUp.wait()
        }
    }
    channel.close(promise: nil)
}

extension StubEngine {
    /// Splits a request's target into its leading version and the rest.
    fileprivate static func split(_ target: String) -> (APIVersion?, String) {
        guard target.hasPrefix("/v"), let slash = target.dropFirst().firstIndex(of: "/"),
            let version = APIVersion(target[..<slash].dropFirst(2))
        else { return (nil, target) }
        return (version, String(target[slash...]))
    }
}

extension [StubEngine.Step] {
    /// A response with a length.
    package static func answer(_ body: String, status: String = "200 OK", headers: [String] = []) -> Self {
        let length = status.hasPrefix("204") ? [] : ["Content-Length: \(body.utf8.count)"]
        return [.send((["HTTP/1.1 \(status)"] + headers + length + ["", body]).joined(separator: "\r\n"))]
    }

    /// An error response in the Engine's format.
    package static func failure(_ status: Int, _ message: String) -> Self {
        answer("{\"message\":\"\(message)\"}\n", status: "\(status) Status")
    }

    package static let chunkedHead: Self = [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")]

    package static func chunk(_ bytes: [UInt8]) -> Self {
        [.send(String(bytes.count, radix: 16) + "\r\n"), .sendBytes(bytes), .send("\r\n")]
    }

    package static func chunk(_ text: String) -> Self { chunk([UInt8](text.utf8)) }

    /// A chunk that is made only when it is its turn.
    package static func chunk(made text: @escaping @Sendable () -> String) -> Self {
        [
            .make {
                let text = text()
                return String(text.utf8.count, radix: 16) + "\r\n\(text)\r\n"
            }
        ]
    }

    package static let lastChunk: Self = [.send("0\r\n\r\n")]
}

/// Closed until it is opened for good.
package final class Latch: Sendable {
    private let stream: AsyncStream<Never>
    private let continuation: AsyncStream<Never>.Continuation

    package init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    package func open() { continuation.finish() }

    package func wait() async { for await _ in stream {} }
}

/// Runs `body` with a stub on its own socket, an Engine connected to it, and a session in the newest version, without a
/// negotiation.
package func withStubEngine(
    _ script: [String: [StubEngine.Step]],
    _ body: (Engine, EngineSession, StubEngine) async throws -> Void
) async throws {
    let stub = StubEngine(script: script)
    try await withStubEngine(stub) { engine in
        try await body(engine, EngineSession(engine: engine, version: .newest), stub)
    }
}

/// Runs `body` with that stub on its own socket, and an Engine connected to it.
package func withStubEngine(_ stub: StubEngine, _ body: (Engine) async throws -> Void) async throws {
    try await withTemporaryFolder { folder in
        let socket = folder.appending("engine.sock")
        // A task for each connection, not a stream of them: an accepted connection that is never served would crash.
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
                    try channel.pipeline.syncOperations.addHandler(Connection(stub))
                }
            }
            .bind(unixDomainSocketPath: socket.string).get()
        defer { server.close(promise: nil) }
        try await body(Engine(socket: socket, eventLoop: MultiThreadedEventLoopGroup.singleton.next()))
    }
}
