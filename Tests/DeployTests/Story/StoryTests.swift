import Docker
import DockerModel
import Linux
import Rules
import Support
import Synchronization
import SystemPackage
import Testing

@testable import Deploy

/// Whole deployments, with a real store, child processes, sockets, a scripted `docker` and an Engine in memory.
@Suite(.timeLimit(.minutes(1))) struct StoryTests {
    @Test(arguments: StoryRow.table)
    func everyDisturbanceEndsInOneVerdict(row: StoryRow) async throws {
        try await withStoryHost(hasWayBack: row.wayBack != .none, policy: row.hasSteps ? StoryHost.policy : "{}") {
            host in
            try await Play(row: row, host: host).run()
            let number = host.number
            let engine = host.engine
            #expect(host.journal.verdicts.last == "#\(number) \(row.verdict)", "\(host.journal.lines)")
            #expect(engine.container?.image == row.running.map { "sha256:\($0)" })
            #expect(host.did == row.did)
            guard row.disturbance != .unsaved else { return }
            try expectRecord(row, of: number, host)
        }
    }

    /// The record matches the journal and the Engine.
    private func expectRecord(_ row: StoryRow, of number: Int, _ host: StoryHost) throws {
        let record = try host.record(number)
        #expect(record.verdict == row.verdict)
        let running: [ServiceName: ImageID] = row.running.map { ["app": ImageID(rawValue: "sha256:\($0)")] } ?? [:]
        // If the agent ended before the switch, the next agent ends the drop without the Engine.
        if record.running != nil || row.verdict != .failed { #expect(record.running == running) }
        #expect((record.cause == nil) == (row.verdict == .deployed))
        #expect(record.cause != .unexpected)
        let goesBack = row.release == .older || row.verdict == .rolledBack || row.verdict == .rollbackFailed
        #expect(record.rolledBackTo == (goesBack ? 1 : nil))
        if row.disturbance == .fails, row.phase != .rollback, row.phase != .settle {
            #expect(record.phases.last { $0.name != .rollback }?.name == row.phase)
        }
        // Nothing is left under way, and no step ran twice.
        #expect(Set(record.steps.map(\.name)).count == record.steps.count)
        if row.verdict == .deployed, row.release != .older { #expect(record.steps.map(\.exitCode) == [0, 0]) }
        if row.disturbance == .nothing, row.verdict == .deployed, row.release == .good {
            #expect(record.phases.map(\.name) == Phase.allCases.dropLast())
        }
    }
}

/// Plays one row: arranges the disturbance, and runs one agent after the other.
struct Play {
    let row: StoryRow
    let host: StoryHost
    var number: Int { host.number }

    func run() async throws {
        if row.release == .bad { host.change { $0.bad = ["sha256:v2"] } }
        let snapshot = Mutex<StoryHost.Snapshot?>(nil)
        let line = "shop #\(number): \(row.phase)"
        switch row.disturbance {
        case .nothing: try await live(drops: true)
        case .fails, .balks:
            try arrangeFailure()
            try await live(drops: true)
        case .unsaved:
            try arrangeBlockedSave()
            try await live(drops: true)
        case .stopped:
            try await live(drops: true, stopAt: line)
            try await live(drops: false)
        case .restarted:
            let store = DescriptorsInMemory()
            try await live(drops: true, stopAt: line, keepsIn: store)
            #expect(store.contents.count == 1)
            try await live(drops: false, keepsIn: store)
            #expect(store.contents.isEmpty)
        case .crashed:
            let store = DescriptorsInMemory()
            let left = Mutex<[String: [UInt8]]>([:])
            host.journal.when(line) { [host] in
                snapshot.withLock { $0 = try? host.snapshot() }
                left.withLock { $0 = store.contents }
            }
            try await live(drops: true, keepsIn: store)
            #expect(store.contents.isEmpty)
            try host.restore(try #require(snapshot.withLock { $0 }))
            try await live(drops: false, keepsIn: DescriptorsInMemory(left.withLock { $0 }))
        case .killed, .torn:
            let line =
                row.disturbance == .killed ? line : "shop #\(number): step \(row.phase == .before ? "migrate" : "sync")"
            host.journal.when(line) { [host] in snapshot.withLock { $0 = try? host.snapshot() } }
            try await live(drops: true)
            try host.restore(try #require(snapshot.withLock { $0 }))
            try await live(drops: false)
        }
    }

    /// One agent's life: it resumes what it finds, takes the drop, and ends when all work is done.
    private func live(
        drops: Bool,
        stopAt line: String? = nil,
        keepsIn descriptors: DescriptorsInMemory? = nil
    ) async throws {
        var settings = Settings()
        (settings.disk.guard, settings.disk.target, settings.disk.refuse) = (100, 99, row.room)
        let isHandedOn = row.disturbance == .restarted
        let worker = try await host.worker(settings, keepsIn: descriptors, isHandedOn: isHandedOn)
        if drops { try await worker.take(.drop(Array(drop.utf8)), from: Spool(host.app.spool)) }
        await worker.retire()
        // A hook runs in the task that writes the line.
        if let line { host.journal.when(line) { withUnsafeCurrentTask { $0?.cancel() } } }
        await Task(executorPreference: host.host.executor) { await worker.run() }.value
    }

    private var drop: String {
        if row.release == .older { return "BERTH_ROLLBACK_TO=1\n" }
        let never = row.wayBack == .never ? "BERTH_ROLLBACK=never\n" : ""
        return "IMAGE_TAG=v2\nGITHUB_ACTOR=ci\nGITHUB_TOKEN=secret-token\n" + never
    }

    /// The release that is to run.
    private var tag: String { row.release == .older ? "v1" : "v2" }

    private func arrangeFailure() throws {
        switch (row.disturbance, row.phase) {
        case (_, .check): try host.fail("config v2")
        case (_, .login): host.change { $0.answers["POST /auth"] = .failure(401, "unauthorized") }
        case (_, .pull): try host.fail("pull v2")
        case (_, .before): try host.fail("run v2")
        case (.fails, .up): try host.fail("up \(tag)")
        case (.balks, .up): refuseToTag(tag, at: .up)
        case (_, .after): try host.fail("exec v2")
        case (_, .settle):
            host.journal.when("shop #\(number): settle") { [host] in
                host.change { $0.answers["GET /images/json"] = .failure(500, "oh") }
            }
        case (.fails, .rollback): try host.fail("up v1")
        case (.balks, .rollback): refuseToTag("v1", at: .rollback)
        default: break
        }
    }

    private func refuseToTag(_ tag: String, at phase: Phase) {
        host.journal.when("shop #\(number): \(phase)") { [host] in
            host.change {
                // Only a name that is missing, or stands for another image, is given.
                $0.names["shop:\(tag)"] = nil
                // An error 500 would be waited out.
                $0.answers["POST /images/sha256:\(tag)/tag"] = .failure(409, "oh")
            }
        }
    }

    /// The save before the phase is the first to fail: saves are blocked once the phase before it has begun.
    private func arrangeBlockedSave() throws {
        let before: Phase =
            switch row.phase {
            case .rollback: .health
            case .up: .pull
            default: Phase.allCases.last { $0 < row.phase } ?? .claim
            }
        host.journal.when("shop #\(number): \(before)") { [host, number] in try? host.blockSaving(number) }
    }
}

extension StoryRow {
    /// Above this percentage, a drop is refused.
    fileprivate var room: Int { disturbance == .fails && phase == .room ? 0 : 100 }
}
