import DockerModel
import Linux
import NIOCore
import NIOHTTP1

extension EngineSession {
    /// All containers of one project in any state, including one-off containers (`GET /containers/json`).
    package func containers(project: ProjectName) async throws(EngineError) -> [ContainerSummary] {
        try await decode(
            from: Request(path: "/containers/json", query: ["all": "1", "filters": Filters.project(project).text])
        )
    }

    /// The containers that hooks of a project's services have left, in any state.
    package func hooks(project: ProjectName) async throws(EngineError) -> [ContainerSummary] {
        try await containers(project: project).filter { $0.labels.hook != nil }
    }

    /// The containers with a label, in any state (`GET /containers/json`).
    ///
    /// - Parameter value: nil for any.
    package func containers(label: String, _ value: String? = nil) async throws(EngineError) -> [ContainerSummary] {
        let filters = Filters.label(label, value)
        return try await decode(from: Request(path: "/containers/json", query: ["all": "1", "filters": filters.text]))
    }

    /// All containers of the host in any state (`GET /containers/json`).
    package func containers() async throws(EngineError) -> [ContainerSummary] {
        try await decode(from: Request(path: "/containers/json", query: ["all": "1"]))
    }

    /// One container in full (`GET /containers/{id}/json`).
    ///
    /// Throws ``EngineError/refused(request:status:message:)`` with status 404 if the container is gone.
    package func inspect(_ id: ContainerID) async throws(EngineError) -> Container {
        try await decode(from: Request(path: "/containers/\(id.rawValue.percentEncoded())/json"))
    }

    /// Waits until a container exits, and returns its exit code (`POST /containers/{id}/wait`).
    ///
    /// Returns at once if the container has already exited.
    package func wait(_ id: ContainerID, timeout: Duration) async throws(EngineError) -> Int {
        struct Answer: Decodable {
            let statusCode: Int

            init(from decoder: any Decoder) throws {
                let members = try decoder.members()
                statusCode = try members.exitCode("StatusCode") ?? members.value("StatusCode")
            }
        }
        let path = "/containers/\(id.rawValue.percentEncoded())/wait"
        let answer: Answer = try await decode(from: Request(method: .POST, path: path, timeout: timeout))
        return answer.statusCode
    }

    /// Stops a container: sends its stop signal, and kills it after ten seconds (`POST /containers/{id}/stop`).
    package func stop(_ id: ContainerID) async throws(EngineError) {
        let path = "/containers/\(id.rawValue.percentEncoded())/stop"
        try await send(Request(method: .POST, path: path, timeout: .seconds(60)))
    }

    /// Removes a container that does not run; its volumes stay (`DELETE /containers/{id}`).
    ///
    /// It is no error if the container is gone. If it runs, the Engine refuses with status 409.
    package func removeContainer(_ id: ContainerID) async throws(EngineError) {
        let path = "/containers/\(id.rawValue.percentEncoded())"
        do throws(EngineError) {
            try await send(Request(method: .DELETE, path: path, timeout: Self.removalTimeout))
        } catch {
            guard error.isNotFound else { throw error }
        }
    }

    /// The last lines of a container's log, both streams in the order in which they were written
    /// (`GET /containers/{id}/logs`).
    ///
    /// A line longer than 16 KiB counts as several; bytes that are not UTF-8 are replaced.
    package func logs(of container: Container, tail count: Int) async throws(EngineError) -> [String] {
        // Before API 1.42, the media type does not tell whether the stream has headers.
        let hasTerminal = container.hasTerminal
        let request = Request(
            path: "/containers/\(container.id.rawValue.percentEncoded())/logs",
            query: ["stdout": "1", "stderr": "1", "tail": "\(count)"]
        )
        return try await exchange(request) { _, body in
            var demultiplexer = LogDemultiplexer()
            var splitter = LineSplitter()
            var lines = Tail<String>(count)
            for try await buffer in body {
                let bytes =
                    hasTerminal ? Array(buffer.readableBytesView) : demultiplexer.payload(buffer.readableBytesView)
                splitter.append(bytes) { lines.append(String(decoding: $0, as: UTF8.self)) }
            }
            splitter.finish { lines.append(String(decoding: $0, as: UTF8.self)) }
            return lines.elements
        }
    }

    /// Measures a container's log without keeping it (`GET /containers/{id}/logs`).
    ///
    /// The Engine reads the whole log, tens of thousands of lines per second, and keeps a core busy.
    /// - Parameter time: The time limit, after which the size so far is returned.
    package func logSize(_ id: ContainerID, within time: Duration) async throws(EngineError) -> LogSize {
        let request = Request(
            path: "/containers/\(id.rawValue.percentEncoded())/logs",
            query: ["stdout": "1", "stderr": "1"],
            timeout: time
        )
        var bytes: Int64 = 0
        do {
            try await exchange(request) { _, body in
                for try await buffer in body { bytes += Int64(buffer.readableBytes) }
            }
            return LogSize(bytes: bytes, isComplete: true)
        } catch {
            guard case .timedOut = error else { throw error }
            return LogSize(bytes: bytes, isComplete: false)
        }
    }
}

/// The size of a container's log.
package struct LogSize: Hashable, Sendable {
    /// The lines, and eight bytes per line for its frame; a `json-file` log has about 70 bytes more per line.
    package let bytes: Int64
    /// False if the log is longer.
    package let isComplete: Bool
}

/// Removes the frame headers from the log stream of a container without a terminal.
///
/// Each header has eight bytes: the stream's number, three zeros, and the payload's length as a big-endian number.
package struct LogDemultiplexer {
    private var header: [UInt8] = []
    private var remaining = 0

    package init() {}

    /// The payload in the next chunk of the stream.
    package mutating func payload(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var payload: [UInt8] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            if remaining > 0 {
                let piece = rest.prefix(remaining)
                payload += piece
                remaining -= piece.count
                rest = rest.dropFirst(piece.count)
            } else {
                let piece = rest.prefix(8 - header.count)
                header += piece
                rest = rest.dropFirst(piece.count)
                guard header.count == 8 else { break }
                remaining = header[4...].reduce(0) { $0 << 8 | Int($1) }
                header = []
            }
        }
        return payload
    }
}
