import DockerModel
import NIOPosix
import Rules
import Support
import SystemPackage
import Testing

@testable import Deploy

@Suite(.timeLimit(.minutes(1))) struct RecordWatchTests {
    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    private func record(_ number: Int, _ phases: [Phase] = [], _ verdict: Verdict? = nil, request: String? = nil) throws
        -> Record
    {
        var record = Record(app: try #require(AppName("shop")), number: number, received: Timestamp(seconds: 0))
        record.phases = phases.map { Record.PhaseTime(name: $0) }
        record.verdict = verdict
        record.request = request
        return record
    }

    private func withStore(_ body: (Store, RecordWatch) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let store = Store(app: try #require(AppName("shop")), state: folder)
            try store.makeFolders()
            let reader = try RecordReader(app: "shop", state: folder)
            try await body(store, RecordWatch(reader, on: loop))
        }
    }

    @Test func whatHasAVerdictIsToldAtOnce() async throws {
        try await withStore { store, watch in
            try store.save(try record(1, [.claim], .deployed))
            try store.save(try record(2, [.claim], .refused))
            #expect(try await watch.follow(.last) { _ in }?.number == 2)
            #expect(try await watch.follow(.number(1)) { _ in }?.verdict == .deployed)
        }
    }

    @Test func eachStateIsToldUntilTheVerdict() async throws {
        try await withStore { store, watch in
            let states: [(phases: [Phase], verdict: Verdict?)] = [
                ([.claim], nil), ([.claim, .check], nil), ([.claim, .check], .failed),
            ]
            try store.save(try record(1, states[0].phases))
            var told: [[Phase]] = []
            let found = try await watch.follow(.number(1)) { news in
                guard case .record(let record) = news else { return }
                told.append(record.phases.map(\.name))
                guard told.count < states.count else { return }
                let next = states[told.count]
                try? store.save(self.record(1, next.phases, next.verdict))
            }
            #expect(found?.verdict == .failed)
            #expect(told == states.map(\.phases))
        }
    }

    /// The drop may still lie in the spool; older requests may have other names, or this one.
    @Test func aRequestIsAwaited() async throws {
        try await withStore { store, watch in
            try store.save(try record(1, [.claim], .deployed, request: "run-7"))
            try store.save(try record(2, [.claim], .deployed, request: "run-6"))
            async let found = watch.follow(.next("run-7", after: 2)) { _ in }
            try store.save(try record(3, [.claim], .superseded, request: "other"))
            try store.save(try record(4, [.claim], .failed, request: "run-7"))
            #expect(try await found?.number == 4)
            #expect(try await watch.follow(.request("run-7")) { _ in }?.number == 4)
            #expect(try await watch.follow(.next("run-7", after: 0)) { _ in }?.number == 1)
        }
    }

    /// A newer drop was put in its place in the spool before the agent took it.
    @Test func aDropThatWasOverwrittenHasNoRecord() async throws {
        try await withStore { store, watch in
            let newer = try record(1, [.claim], request: "run-8")
            let found = try await watch.follow(
                .next("run-7", after: 0),
                begin: { try store.save(newer) },
                isGone: { true }
            ) {
                _ in
            }
            #expect(found == nil)
        }
    }

    @Test func aRefusedDropWithoutANameIsTold() async throws {
        try await withStore { store, watch in
            var told: [RecordWatch.News] = []
            let nameless = try record(1, [.claim], .refused)
            try store.save(nameless)
            try store.save(try record(2, [.claim], .deployed, request: "run-7"))
            _ = try await watch.follow(.next("run-7", after: 0)) { told.append($0) }
            #expect(told.first == .nameless(nameless) && told.count == 2)
        }
    }

    @Test func whatCannotComeIsNoWait() async throws {
        try await withStore { store, watch in
            try store.save(try record(2, [.claim], .deployed))
            let missing = await #expect(throws: Failure.self) { try await watch.follow(.number(1)) { _ in } }
            #expect(missing?.cause == .noSuchRecord)
            try write("{}", to: store.folder.appending("3.json"))
            let damaged = await #expect(throws: Failure.self) { try await watch.follow(.last) { _ in } }
            #expect(damaged?.cause == .stateUnreadable)
        }
    }

    @Test func aCancelledWatchEnds() async throws {
        try await withStore { _, watch in
            let task = Task { try await watch.follow(.last) { _ in } }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }
}
