import DockerModel
import FoundationEssentials
import Linux
import NIOCore
import NIOHTTP1
import NIOPosix
import SystemPackage

/// The Docker Engine behind a Unix socket, before its API version is known.
///
/// Each request has its own connection; cancelling the task closes it.
package struct Engine: Sendable {
    let socket: FilePath
    let eventLoop: any EventLoop

    package init(socket: FilePath, eventLoop: any EventLoop) {
        self.socket = socket
        self.eventLoop = eventLoop
    }

    /// The newest API version that the Engine supports (`GET /_ping`, its header `Api-Version`).
    package func ping() async throws(EngineError) -> APIVersion {
        let text = try await exchange(Request(path: "/_ping", timeout: .seconds(10))) { head, _ in
            head.headers.first(name: "Api-Version")
        }
        guard let version = text.flatMap({ APIVersion($0) }) else { throw .unsupported(socket: socket, nil) }
        return version
    }

    /// Opens a session in the newest API version that both sides support.
    ///
    /// The Engine may be upgraded at any time: open a new session in each phase that may have waited for it.
    package func negotiated() async throws(EngineError) -> EngineSession {
        let newest = try await ping()
        guard newest >= .oldest else { throw .unsupported(socket: socket, newest) }
        return EngineSession(engine: self, version: min(newest, .newest), newest: newest)
    }

    /// Sends a request, and runs `body` with the head and the body of a successful response.
    ///
    /// Throws ``EngineError/refused(request:status:message:)`` for an error response.
    func exchange<Result: Sendable>(
        _ request: Request,
        _ body: (HTTPResponseHead, NIOAsyncChannelInboundStream<ByteBuffer>) async throws -> Result
    ) async throws(EngineError) -> Result {
        let (connection, head) = try await connect()
        let channel = connection.channel
        do {
            return try await withTaskCancellationHandler {
                try await connection.executeThenClose { inbound, outbound in
                    let timer = eventLoop.scheduleTask(in: TimeAmount(request.timeout)) {
                        channel.pipeline.fireErrorCaught(Expired())
                    }
                    defer { timer.cancel() }
                    // If the write fails, the head fails too, and its error says why.
                    try? await outbound.write(contentsOf: request.parts)
                    let head = try await head.get()
                    if request.isStream { timer.cancel() }
                    guard 200..<300 ~= head.status.code else {
                        throw try await refusal(request, head, inbound)
                    }
                    return try await body(head, inbound)
                }
            } onCancel: {
                channel.close(promise: nil)
            }
        } catch {
            throw EngineError(error, during: request)
        }
    }

    private typealias Connection = NIOAsyncChannel<ByteBuffer, HTTPClientRequestPart>

    private func connect() async throws(EngineError) -> (Connection, EventLoopFuture<HTTPResponseHead>) {
        do {
            return try await ClientBootstrap(group: eventLoop).connect(unixDomainSocketPath: socket.string) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let head = channel.eventLoop.makePromise(of: HTTPResponseHead.self)
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(ResponseHandler(head: head))
                    return (try Connection(wrappingChannelSynchronously: channel), head.futureResult)
                }
            }
        } catch {
            throw EngineError(connecting: socket, error)
        }
    }

    /// How much of the Engine's message an error has, in Unicode scalars, since it goes into the record and the journal.
    private static let messageLimit = 1000

    /// The error from an error response's `{"message": "…"}`.
    private func refusal(
        _ request: Request,
        _ head: HTTPResponseHead,
        _ body: NIOAsyncChannelInboundStream<ByteBuffer>
    ) async throws -> EngineError {
        struct Refusal: Decodable { let message: String }
        let answer: [UInt8]
        do {
            answer = try await body.collect(atMost: 1 << 20)
        } catch is TooLarge {
            // The status says enough.
            answer = []
        }
        let refusal = try? JSONDecoder().decode(Refusal.self, from: Data(answer))
        let message = (refusal?.message ?? head.status.reasonPhrase).unicodeScalars
        return .refused(
            request: request.line,
            status: Int(head.status.code),
            message: String(message.prefix(Self.messageLimit)) + (message.count > Self.messageLimit ? "…" : "")
        )
    }
}

extension NIOAsyncChannelInboundStream<ByteBuffer> {
    /// All bytes to the end; throws ``TooLarge`` if there are more than `limit`.
    func collect(atMost limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await buffer in self {
            guard bytes.count + buffer.readableBytes <= limit else { throw TooLarge() }
            bytes += buffer.readableBytesView
        }
        return bytes
    }
}
