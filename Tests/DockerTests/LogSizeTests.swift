import DockerModel
import Support
import Testing

@testable import Docker

@Suite("The size of a container's log", .timeLimit(.minutes(1)))
struct LogSizeTests {
    private let id = ContainerID(rawValue: Fixture.id)
    private let line = "GET /containers/\(Fixture.id)/logs?stdout=1&stderr=1"

    @Test("is counted to the log's end")
    func logSize() async throws {
        let pieces = (1...100).flatMap { _ in [StubEngine.Step].chunk([UInt8](repeating: 7, count: 10_000)) }
        try await withStubEngine([line: .chunkedHead + pieces + .lastChunk]) { _, session, _ in
            let size = try await session.logSize(id, within: .seconds(60))
            #expect(size == LogSize(bytes: 1_000_000, isComplete: true))
        }
    }

    @Test("is counted until the time limit")
    func longLog() async throws {
        let gone = Latch()
        let steps: [StubEngine.Step] = .chunkedHead + .chunk("one") + .chunk("three") + [.awaitHangUp(gone)]
        try await withStubEngine([line: steps]) { _, session, _ in
            // On any machine, the time limit is enough for two pieces, but never for all.
            var (time, size) = (Duration.milliseconds(10), LogSize(bytes: 0, isComplete: false))
            while size.bytes < 8 {
                time *= 2
                size = try await session.logSize(id, within: time)
                #expect(!size.isComplete)
            }
            #expect(size.bytes == 8)
            await gone.wait()
        }
    }

    @Test("is zero if nothing arrives in time")
    func silentLog() async throws {
        let gone = Latch()
        try await withStubEngine([line: [.awaitHangUp(gone)]]) { _, session, _ in
            let size = try await session.logSize(id, within: .milliseconds(20))
            #expect(size == LogSize(bytes: 0, isComplete: false))
            await gone.wait()
        }
    }

    @Test("is unknown for a log that cannot be read, or that breaks off")
    func unreadableLog() async throws {
        let message = "configured logging driver does not support reading"
        try await withStubEngine([line: .failure(501, message)]) { _, session, _ in
            let error = EngineError.refused(request: line.inNewestVersion, status: 501, message: message)
            await #expect(throws: error) { _ = try await session.logSize(id, within: .seconds(60)) }
        }
        try await withStubEngine([line: .chunkedHead + .chunk("one")]) { _, session, _ in
            await #expect(throws: EngineError.disconnected(request: line.inNewestVersion)) {
                _ = try await session.logSize(id, within: .seconds(60))
            }
        }
    }

    @Test("is no longer counted when the task is cancelled")
    func cancelledCount() async throws {
        let (asked, gone) = (Latch(), Latch())
        try await withStubEngine([line: [.open(asked)] + .chunkedHead + [.awaitHangUp(gone)]]) { _, session, _ in
            let task = Task { try await session.logSize(id, within: .seconds(60)) }
            await asked.wait()
            task.cancel()
            let result = await task.result
            #expect(throws: EngineError.cancelled(request: line.inNewestVersion)) { try result.get() }
            await gone.wait()
        }
    }
}
