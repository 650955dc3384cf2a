import DockerModel
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// The Docker Engine in one API version, which ``Engine/negotiated()`` has chosen.
///
/// Every request has a time limit of 30 seconds, except streams, removals and measurements.
package struct EngineSession: Sendable {
    let engine: Engine
    /// The API version of all requests.
    package let version: APIVersion
    /// The newest API version that the Engine supports.
    package let newest: APIVersion

    /// The time limit of a removal: the Engine deletes files one by one, which takes minutes on a slow disk.
    static let removalTimeout = Duration.seconds(600)

    /// The time limit of a measurement: the Engine counts files one by one.
    static let measureTimeout = Duration.seconds(120)

    /// - Parameter newest: nil for `version`.
    package init(engine: Engine, version: APIVersion, newest: APIVersion? = nil) {
        self.engine = engine
        self.version = version
        self.newest = newest ?? version
    }

    /// Sends a request, and returns the body of the response.
    @discardableResult
    func send(_ request: Request) async throws(EngineError) -> [UInt8] {
        try await exchange(request) { _, body in try await body.collect(atMost: request.limit) }
    }

    /// Sends a request, and decodes the JSON of the response.
    func decode<Answer: Decodable & Sendable>(from request: Request) async throws(EngineError) -> Answer {
        try await engine.decode(request.versioned(version))
    }

    /// Sends a request in this session's version; see ``Engine/exchange(_:_:)``.
    func exchange<Result: Sendable>(
        _ request: Request,
        _ body: (HTTPResponseHead, NIOAsyncChannelInboundStream<ByteBuffer>) async throws -> Result
    ) async throws(EngineError) -> Result {
        try await engine.exchange(request.versioned(version), body)
    }
}

extension Engine {
    /// Sends a request in its own version, and decodes the JSON of the response.
    func decode<Answer: Decodable & Sendable>(_ request: Request) async throws(EngineError) -> Answer {
        try await exchange(request) { _, body in
            try JSONDecoder().decode(Answer.self, from: Data(await body.collect(atMost: request.limit)))
        }
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
