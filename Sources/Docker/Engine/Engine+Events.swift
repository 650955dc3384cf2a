import FoundationEssentials
import Glibc
import NIOCore
import NIOHTTP1

extension Engine {
    /// Runs `body` with the events of a project's containers as they happen (`GET /events`).
    ///
    /// Nothing is missed from the call on: what is inspected in `body` cannot have changed unseen. The connection ends
    /// with `body`.
    /// - Parameter since: The moment from which on the Engine tells what it still remembers; nil is now.
    package func withEvents<Result: Sendable>(
        project: ProjectName,
        since: Timestamp? = nil,
        _ body: (EventStream) async throws(EngineError) -> Result
    ) async throws(EngineError) -> Result {
        // The Engine answers a moment before it subscribes us; the events of that moment come only with a `since`. The
        // other end of a Unix socket has the same clock.
        let query: KeyValuePairs = [
            "filters": Filters.containerEvents(project).text, "since": (since ?? .now()).unixTime,
        ]
        let request = Request(path: "/events", query: query, isStream: true)
        return try await exchange(request) { _, bytes in
            try await body(EventStream(bytes: bytes, request: request.versioned(version)))
        }
    }
}

extension Timestamp {
    fileprivate static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}

/// Something that happened to a container.
package struct Event: Hashable, Sendable {
    package enum Action: Hashable, Sendable {
        case create, start, restart, stop, kill, die, oom, pause, unpause, rename, destroy
        case healthStatus(Health.Status)
        /// Any other word of the Engine's, such as `exec_die`.
        case other(String)
    }

    package let action: Action
    package let container: ContainerID
    /// The container's labels, and what belongs to the action: `exitCode`, `signal`, `name`, `image`.
    package let attributes: [String: String]
    /// When, by the Engine's clock.
    package let time: Timestamp

    /// The labels by which Compose knows the container.
    package var labels: Labels { Labels(all: attributes) }
}

/// The events of a subscription: one consumer, once.
///
/// It ends when the Engine ends it, and throws when the connection breaks, as it does when the Engine stops.
package struct EventStream: AsyncSequence, Sendable {
    fileprivate let bytes: NIOAsyncChannelInboundStream<ByteBuffer>
    fileprivate let request: Request

    package func makeAsyncIterator() -> Iterator {
        Iterator(bytes: bytes.makeAsyncIterator(), request: request)
    }

    package struct Iterator: AsyncIteratorProtocol {
        private var bytes: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
        private let request: Request
        private var splitter = LineSplitter(limit: 1024 * 1024)
        private var events: ArraySlice<Event> = []

        fileprivate init(bytes: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator, request: Request) {
            self.bytes = bytes
            self.request = request
        }

        package mutating func next() async throws(EngineError) -> Event? {
            try await next(isolation: #isolation)
        }

        package mutating func next(isolation actor: isolated (any Actor)?) async throws(EngineError) -> Event? {
            while events.isEmpty {
                do {
                    guard let buffer = try await bytes.next(isolation: actor) else {
                        try Task.checkCancellation()
                        return nil
                    }
                    try decode(buffer)
                } catch {
                    throw EngineError(error, during: request)
                }
            }
            return events.popFirst()
        }

        /// The Engine writes one object a line.
        private mutating func decode(_ buffer: ByteBuffer) throws {
            var lines: [ArraySlice<UInt8>] = []
            splitter.append(buffer.readableBytesView) { lines.append($0) }
            events += try lines.filter { !$0.isEmpty }.map { try JSONDecoder().decode(Event.self, from: Data($0)) }
        }
    }
}

extension Event: Decodable {
    package init(from decoder: any Decoder) throws {
        let event = try decoder.members()
        let actor = try event.object("Actor")
        action = Action(try event.value("Action"))
        container = try actor.value("ID")
        attributes = try actor.optional("Attributes") ?? [:]
        time = Timestamp(nanoseconds: try event.value("timeNano"))
    }
}

extension Event.Action {
    private static let plain: [String: Event.Action] = [
        "create": .create, "start": .start, "restart": .restart, "stop": .stop, "kill": .kill, "die": .die,
        "oom": .oom, "pause": .pause, "unpause": .unpause, "rename": .rename, "destroy": .destroy,
    ]

    init(_ word: String) {
        let prefix = "health_status: "
        if word.hasPrefix(prefix), let status = Health.Status(rawValue: String(word.dropFirst(prefix.count))) {
            self = .healthStatus(status)
        } else {
            self = Self.plain[word] ?? .other(word)
        }
    }
}
