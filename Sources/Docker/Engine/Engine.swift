import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOPosix
import SystemPackage

/// The Docker Engine, asked over its Unix socket.
///
/// A connection lives for one request. Every request has 30 seconds but a stream and what walks through the disk, and a
/// cancelled task closes its connection.
package struct Engine: Sendable {
    let socket: FilePath
    let eventLoop: any EventLoop
    /// The API version that requests name, nil before ``negotiated()``: the Engine then takes its newest.
    private(set) package var version: APIVersion?

    /// The time of a request that removes: files go one by one, on a slow disk for minutes.
    static let removalTimeout = Duration.seconds(600)

    /// The time of a request that measures: files are counted one by one.
    static let measureTimeout = Duration.seconds(120)

    /// An Engine that has not been talked to yet; ``negotiated()`` gives the one to work with.
    package init(socket: FilePath, eventLoop: any EventLoop) {
        self.socket = socket
        self.eventLoop = eventLoop
    }

    /// Asks which API the Engine speaks, and returns an Engine that is asked in the newest that both sides know.
    ///
    /// The Engine may be upgraded while we live, so take a new one for every deployment.
    package func negotiated() async throws(EngineError) -> Engine {
        let newest = try await ping()
        guard newest >= .oldest else { throw .unsupported(socket: socket, newest) }
        var engine = self
        engine.version = min(newest, .newest)
        return engine
    }
}

extension Engine {
    /// Sends a request, and returns what its answer holds.
    @discardableResult
    func send(_ request: Request) async throws(EngineError) -> [UInt8] {
        try await exchange(request) { _, body in try await body.collect(atMost: request.limit) }
    }

    /// Sends a request, and decodes the JSON that answers it.
    func decode<Answer: Decodable & Sendable>(from request: Request) async throws(EngineError) -> Answer {
        try await exchange(request) { _, body in
            try JSONDecoder().decode(Answer.self, from: Data(await body.collect(atMost: request.limit)))
        }
    }

    /// Sends a request, and runs `body` with the head and the body of an answer of success.
    ///
    /// An answer of failure is thrown with the message that it carries.
    func exchange<Result: Sendable>(
        _ request: Request,
        _ body: (HTTPResponseHead, NIOAsyncChannelInboundStream<ByteBuffer>) async throws -> Result
    ) async throws(EngineError) -> Result {
        let request = request.versioned(version)
        let (connection, head) = try await connect()
        let channel = connection.channel
        do {
            return try await withTaskCancellationHandler {
                try await connection.executeThenClose { inbound, outbound in
                    let timer = eventLoop.scheduleTask(in: TimeAmount(request.timeout)) {
                        channel.pipeline.fireErrorCaught(Expired())
                    }
                    defer { timer.cancel() }
                    // What makes a write fail also fails the head, and there it says why.
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

    /// The error that an answer of failure carries as `{"message": "…"}`.
    private func refusal(
        _ request: Request,
        _ head: HTTPResponseHead,
        _ body: NIOAsyncChannelInboundStream<ByteBuffer>
    ) async throws -> EngineError {
        struct Refusal: Decodable { let message: String }
        let answer = Data(try await body.collect(atMost: request.limit))
        let refusal = try? JSONDecoder().decode(Refusal.self, from: answer)
        return .refused(
            request: request.line,
            status: Int(head.status.code),
            message: refusal?.message ?? head.status.reasonPhrase
        )
    }
}

extension NIOAsyncChannelInboundStream<ByteBuffer> {
    /// All bytes to the end.
    fileprivate func collect(atMost limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await buffer in self {
            guard bytes.count + buffer.readableBytes <= limit else { throw TooLarge() }
            bytes += buffer.readableBytesView
        }
        return bytes
    }
}

extension Request {
    /// The same request to an Engine that is asked in that version.
    func versioned(_ version: APIVersion?) -> Request {
        var request = self
        request.version = version
        return request
    }
}
