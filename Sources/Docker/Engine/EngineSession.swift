import DockerModel
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// The Docker Engine in one API version: the one that ``Engine/negotiated()`` has found both sides to know.
///
/// Every request has 30 seconds but a stream and what walks through the disk.
package struct EngineSession: Sendable {
    let engine: Engine
    /// The API version that requests name.
    package let version: APIVersion

    /// The time of a request that removes: files go one by one, on a slow disk for minutes.
    static let removalTimeout = Duration.seconds(600)

    /// The time of a request that measures: files are counted one by one.
    static let measureTimeout = Duration.seconds(120)

    package init(engine: Engine, version: APIVersion) {
        self.engine = engine
        self.version = version
    }

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

    /// Sends a request in this session's version; see ``Engine/exchange(_:_:)``.
    func exchange<Result: Sendable>(
        _ request: Request,
        _ body: (HTTPResponseHead, NIOAsyncChannelInboundStream<ByteBuffer>) async throws -> Result
    ) async throws(EngineError) -> Result {
        try await engine.exchange(request.versioned(version), body)
    }
}

extension Request {
    /// The same request in that version.
    func versioned(_ version: APIVersion) -> Request {
        var request = self
        request.version = version
        return request
    }
}
