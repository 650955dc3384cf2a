import Docker
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import SystemPackage

/// An Engine on a real socket that answers as its script says, and remembers what it was asked.
final class StubEngine: Sendable {
    /// A request as it came in.
    struct Asked: Equatable {
        var line: String
        var headers: [String: String]
        var body: String
    }

    /// What is sent for one request, byte by byte; the connection ends after the last step.
    enum Step: Sendable {
        case send(String)
        case sendBytes([UInt8])
        /// Goes on when the gate is open.
        case wait(Gate)
        /// Opens the gate.
        case open(Gate)
        /// Sends nothing until the client has gone; the gate is then open.
        case awaitHangUp(Gate)
    }

    private let script: [String: [Step]]
    private let requests = Mutex<[Asked]>([])

    /// All requests so far.
    var asked: [Asked] { requests.withLock { $0 } }

    init(script: [String: [Step]]) {
        self.script = script
    }

    fileprivate typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, ByteBuffer>

    fileprivate func serve(_ connection: Connection) async throws {
        // A client may also go before it has asked, or while something is sent to it.
        defer { for case .awaitHangUp(let gate) in script.values.joined() { gate.open() } }
        try await connection.executeThenClose { inbound, _ in
            // Closing would drop what a write of the connection's own has only queued.
            func send(_ buffer: ByteBuffer) async throws { try await connection.channel.writeAndFlush(buffer).get() }
            var parts = inbound.makeAsyncIterator()
            var asked: Asked?
            var body = ByteBuffer()
            reading: while let part = try await parts.next() {
                switch part {
                case .head(let head):
                    let headers = Dictionary(head.headers.map { ($0.name, $0.value) }) { first, _ in first }
                    asked = Asked(line: "\(head.method) \(head.uri)", headers: headers, body: "")
                case .body(let buffer): body.writeImmutableBuffer(buffer)
                case .end: break reading
                }
            }
            guard var asked else { return }
            asked.body = String(buffer: body)
            requests.withLock { $0.append(asked) }
            for step in script[asked.line] ?? .failure(404, "no script for \(asked.line)") {
                switch step {
                case .send(let text): try await send(ByteBuffer(string: text))
                case .sendBytes(let bytes): try await send(ByteBuffer(bytes: bytes))
                case .wait(let gate): await gate.wait()
                case .open(let gate): gate.open()
                case .awaitHangUp: while try await parts.next() != nil {}
                }
            }
        }
    }
}

extension [StubEngine.Step] {
    /// An answer with a length.
    static func answer(_ body: String, status: String = "200 OK", headers: [String] = []) -> Self {
        let length = status.hasPrefix("204") ? [] : ["Content-Length: \(body.utf8.count)"]
        return [.send((["HTTP/1.1 \(status)"] + headers + length + ["", body]).joined(separator: "\r\n"))]
    }

    /// An answer of failure as the Engine gives it.
    static func failure(_ status: Int, _ message: String) -> Self {
        answer("{\"message\":\"\(message)\"}\n", status: "\(status) Status")
    }

    static let chunkedHead: Self = [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")]

    static func chunk(_ bytes: [UInt8]) -> Self {
        [.send(String(bytes.count, radix: 16) + "\r\n"), .sendBytes(bytes), .send("\r\n")]
    }

    static func chunk(_ text: String) -> Self { chunk([UInt8](text.utf8)) }

    static let lastChunk: Self = [.send("0\r\n\r\n")]
}

/// Closed until it is opened, once and for all.
final class Gate: Sendable {
    private let stream: AsyncStream<Never>
    private let continuation: AsyncStream<Never>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func open() { continuation.finish() }

    func wait() async { for await _ in stream {} }
}

/// Runs `body` with a stub on a socket of its own and an Engine that talks to it.
func withStubEngine(
    _ script: [String: [StubEngine.Step]],
    _ body: (Engine, StubEngine) async throws -> Void
) async throws {
    try await withTemporaryDirectory { directory in
        let socket = directory.appending("engine.sock")
        let stub = StubEngine(script: script)
        // A task for each connection, not a stream of them: one that was accepted and never served would be a crash.
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
                    let connection = try StubEngine.Connection(wrappingChannelSynchronously: channel)
                    Task { try? await stub.serve(connection) }
                }
            }
            .bind(unixDomainSocketPath: socket.string).get()
        defer { server.close(promise: nil) }
        try await body(Engine(socket: socket, eventLoop: MultiThreadedEventLoopGroup.singleton.next()), stub)
    }
}
