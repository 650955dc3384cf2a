import DockerModel
import FoundationEssentials
import Glibc
import Linux
import NIOCore
import NIOHTTP1

extension EngineSession {
    /// Runs `body` with the events of a project's containers as they happen (`GET /events`).
    ///
    /// No event after the call is missed: a container that `body` inspects cannot change unseen. The connection ends
    /// with `body`.
    /// - Parameter since: The moment from which the Engine replays the events that it remembers; nil means now.
    package func withEvents<Result: Sendable>(
        project: ProjectName,
        since: Timestamp? = nil,
        _ body: (EventStream<Event>) async throws(EngineError) -> Result
    ) async throws(EngineError) -> Result {
        try await withEvents(Filters.containerEvents(project), since: since, body)
    }

    /// Runs `body` with each name that any client has given an image, by a pull or a tag, as ``withEvents(project:since:_:)`` does.
    package func withNamings<Result: Sendable>(
        since: Timestamp? = nil,
        _ body: (EventStream<ImageEvent>) async throws(EngineError) -> Result
    ) async throws(EngineError) -> Result {
        try await withEvents(Filters.namings, since: since, body)
    }

    private func withEvents<Element, Result: Sendable>(
        _ filters: Filters,
        since: Timestamp?,
        _ body: (EventStream<Element>) async throws(EngineError) -> Result
    ) async throws(EngineError) -> Result {
        // The Engine responds a moment before it subscribes the client; only `since` covers that moment. Both ends of a
        // Unix socket have the same clock.
        let query: KeyValuePairs = ["filters": filters.text, "since": (since ?? .now).unixTime]
        let request = Request(path: "/events", query: query, isStream: true)
        return try await exchange(request) { _, bytes in
            try await body(EventStream(bytes: bytes, request: request.versioned(version)))
        }
    }
}

/// The events of a subscription, for one iteration.
///
/// It ends when the Engine ends it, and throws when the connection breaks, for example because the Engine stops.
package struct EventStream<Element: Decodable & Sendable>: AsyncSequence, Sendable {
    fileprivate let bytes: NIOAsyncChannelInboundStream<ByteBuffer>
    fileprivate let request: Request

    package func makeAsyncIterator() -> Iterator {
        Iterator(bytes: bytes.makeAsyncIterator(), request: request)
    }

    package struct Iterator: AsyncIteratorProtocol {
        private var bytes: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
        private let request: Request
        private var lines = EventLines<Element>()
        private var events: ArraySlice<Element> = []

        fileprivate init(bytes: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator, request: Request) {
            self.bytes = bytes
            self.request = request
        }

        package mutating func next() async throws(EngineError) -> Element? {
            try await next(isolation: #isolation)
        }

        package mutating func next(isolation actor: isolated (any Actor)?) async throws(EngineError) -> Element? {
            while events.isEmpty {
                do {
                    guard let buffer = try await bytes.next(isolation: actor) else {
                        try Task.checkCancellation()
                        return nil
                    }
                    events += try lines.append(buffer.readableBytesView)
                } catch {
                    throw EngineError(error, during: request)
                }
            }
            return events.popFirst()
        }
    }
}

/// Decodes a stream of events, of which the Engine writes one per line, however the stream is chunked.
package struct EventLines<Element: Decodable> {
    private var splitter = LineSplitter(limit: 1024 * 1024)

    package init() {}

    /// The events that the next chunk completes.
    package mutating func append(_ bytes: some Sequence<UInt8>) throws -> [Element] {
        var lines: [ArraySlice<UInt8>] = []
        splitter.append(bytes) { lines.append($0) }
        return try lines.filter { !$0.isEmpty }.map { try JSONDecoder().decode(Element.self, from: Data($0)) }
    }
}
