import Docker
import Linux
import Logging
import Rules
import Testing

@testable import Deploy

/// #2 ran, was not healthy, and forbids #1 to start again.
@Suite(.timeLimit(.minutes(1))) struct BarrierTests {
    private let sentence = "#2 came after #1 and forbids older releases to start again"
    private let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func withBarrier(_ body: (StoryHost) async throws -> Void) async throws {
        try await withStoryHost { host in
            var record = Record(app: host.app.name, number: 2, received: .now)
            record.verdict = .unhealthy
            record.directives.mayRollBack = false
            try host.store.save(record)
            try await body(host)
        }
    }

    @Test func eachAnswerTellsItAlike() async throws {
        try await withBarrier { host in
            let (app, host) = (host.app, host.host)
            var settings = Settings()
            settings.apps[app.name] = app
            let history = try await Store(app: app.name, state: host.state).history()
            let session = try await host.engine.negotiated()
            let look = Look(app: app, settings: settings, history: history, host: host, session: session, log: log)
            let planner = Planner(app: app, settings: settings, host: host, log: log)
            let (wayBack, plan) = try await Task(executorPreference: host.executor) {
                (await look.wayBack(), try await planner.plan(Array("IMAGE_TAG=v2\n".utf8)))
            }.value
            let failure = #expect(throws: Failure.self) { try wayBack?.get() }
            #expect(failure?.cause == .rollbackForbidden && failure?.sentence == sentence)
            #expect(plan.noWayBack == sentence && plan.verdict == nil)
            let findings = Finding.history(of: app.name, history, hold: nil).map(\.sentence)
            #expect(findings == ["\(sentence), so a bad release would stay"])
        }
    }

    @Test func byHandItIsRefusedAndACorrectedReleaseIsTheWayOn() async throws {
        try await withBarrier { host in
            for drop in ["BERTH_ROLLBACK_TO=1\n", "IMAGE_TAG=v2\n"] {
                let worker = try await host.worker()
                try await worker.take(.drop(Array(drop.utf8)), from: host.spool)
                await worker.retire()
                await Task(executorPreference: host.host.executor) { await worker.run() }.value
            }
            #expect(try host.record(3).cause == .rollbackForbidden)
            #expect(try host.record(3).reason?.hasPrefix("\(sentence); deploy a corrected release") == true)
            #expect(host.journal.verdicts == ["#3 refused", "#4 deployed"])
        }
    }
}
