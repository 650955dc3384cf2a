import Docker
import DockerModel
import Linux
import Rules
import Support
import SystemPackage
import Testing

@testable import Deploy

/// What the guard removes from an Engine, and in which order.
@Suite(.timeLimit(.minutes(1))) struct DiskGuardTests {
    /// One of everything that may be removed, and a release that is kept.
    private static var everything: InMemoryEngine {
        var engine = InMemoryEngine()
        engine.images = [
            .init(id: "sha256:built", tags: ["built:1"]),
            .init(id: "sha256:unused", tags: ["other:1"], digests: ["other@sha256:d1"]),
            .init(id: "sha256:kept", tags: ["shop:2"]),
            .init(id: "sha256:old", tags: ["shop:1", "berth/shop/app:1"]),
            .init(id: "sha256:dangling"),
        ]
        engine.buildCache = [.init(id: "cache")]
        return engine
    }

    private func withEverything(_ body: (GuardedHost) async throws -> Void) async throws {
        try await withGuardedHost(Self.everything) { host in
            try host.record(1, .deployed, image: "sha256:old")
            try host.record(2, .deployed, image: "sha256:kept")
            try await body(host)
        }
    }

    @Test func withNothingDanglingItOnlyLooks() async throws {
        try await withGuardedHost(InMemoryEngine(images: [.init(id: "sha256:a", tags: ["a:1"])])) { host in
            let report = try await host.disk(isFull: false).prune(.guarded)
            #expect(host.asked == ["GET /images/json"])
            #expect(report.steps.isEmpty && report.before == report.after && report.after != nil)
        }
    }

    @Test(arguments: [(isFull: false, DiskGuard.Extent.guarded), (false, .dangling), (true, .dangling)])
    func otherwiseOnlyWhatIsDanglingGoes(isFull: Bool, extent: DiskGuard.Extent) async throws {
        try await withEverything { host in
            let report = try await host.disk(isFull: isFull).prune(extent)
            #expect(host.changes == ["DELETE /images/sha256:dangling"])
            #expect(report.steps.map(\.removal.reason) == [.dangling])
            #expect(!host.asked.contains { $0.hasPrefix("GET /system/df") || $0 == "GET /volumes" })
            #expect(!host.kinds.contains("\(JournalEvent.diskGuardStarted.messageID)"))
        }
    }

    @Test(arguments: [DiskGuard.Extent.guarded, .explained])
    func aboveTheGuardEverythingGoesInOrder(extent: DiskGuard.Extent) async throws {
        try await withEverything { host in
            let report = try await host.disk().prune(extent)
            #expect(
                host.changes == [
                    "DELETE /images/sha256:dangling",
                    // People's names are removed after berth's own.
                    "DELETE /images/berth/shop/app:1", "DELETE /images/shop:1",
                    "POST /build/prune?filters=%7B%22until%22%3A%5B%2286400s%22%5D%7D",
                    "DELETE /images/other:1", "DELETE /images/built:1",
                ]
            )
            #expect(host.images == ["sha256:kept"])
            #expect(report.steps.allSatisfy { $0.outcome == .removed })
            #expect(report.kept.map(\.reason) == [.release(app: host.app.name, number: 2, isUnderWay: false)])
            #expect(host.kinds == ["\(JournalEvent.diskGuardStarted.messageID)"])
            #expect(host.runs == 1)
        }
    }

    /// A disk that is full of something else.
    @Test func aGuardThatFindsNothingToRemoveHasRunToo() async throws {
        try await withGuardedHost(InMemoryEngine(images: [.init(id: "sha256:kept", tags: ["shop:1"])])) { host in
            try host.record(1, .deployed, image: "sha256:kept")
            #expect(try await host.disk().prune(.guarded).steps.isEmpty)
            #expect(host.runs == 1)
            _ = try await host.disk(isFull: false).prune(.guarded)
            _ = try await host.disk().prune(.dangling)
            #expect(host.runs == 0)
        }
    }

    @Test func belowItsTargetNothingThatIsNotDanglingGoesButAllIsExplained() async throws {
        try await withEverything { host in
            let report = try await host.disk(isFull: false).prune(.explained)
            #expect(report.steps.count == 1)
            #expect(report.kept.filter { $0.reason == .roomEnough }.count == 4)
        }
    }

    @Test func theDryRunSaysTheSameAndChangesNothing() async throws {
        try await withEverything { host in
            let planned = try await host.disk().plan()
            #expect(host.changes.isEmpty)
            #expect(try File.names(in: host.real.state) == ["shop"])
            #expect(planned.steps.allSatisfy { $0.outcome == .planned } && planned.after == nil)
            let done = try await host.disk().prune(.explained)
            #expect(done.steps.map(\.removal) == planned.steps.map(\.removal))
            #expect(done.kept == planned.kept)
        }
    }

    @Test func whereTheUsageCannotBeReadNothingGoes() async throws {
        var engine = Self.everything
        engine.root = "/nonexistent"
        try await withGuardedHost(engine) { host in
            for extent in [DiskGuard.Extent.dangling, .guarded, .explained] {
                let report = try await host.disk().prune(extent)
                #expect(report.steps.isEmpty && report.before == nil && report.after == nil)
            }
            #expect(host.kinds == Array(repeating: "\(JournalEvent.pruneFailed.messageID)", count: 3))
            let plan = try await host.disk().plan()
            // An app without records protects the images that berth has pinned for it.
            #expect(plan.kept.filter { $0.reason != .usageUnknown }.map(\.reason) == [.unknown(app: host.app.name)])
            #expect(plan.kept.count == 6 && plan.steps.isEmpty)
            #expect(host.changes.isEmpty)
        }
    }

    // MARK: - When an image arrived

    @Test func anImageThatWasPulledGoesAnHourAfterItWasFirstSeen() async throws {
        let engine = InMemoryEngine(images: [.init(id: "sha256:a", tags: ["a:1"], tagged: nil)])
        try await withGuardedHost(engine) { host in
            let first = try await host.disk().prune(.guarded)
            #expect(first.kept.map(\.reason) == [.young])
            #expect(Sightings(in: host.real.state)["sha256:a"] != nil)
            let hourAgo = Double(Timestamp.hoursAgo(1).nanoseconds) / 1e9
            try write(#"{"sha256:a":\#(hourAgo)}"#, to: host.real.state.appending("images.json"))
            let second = try await host.disk().prune(.guarded)
            #expect(second.steps.map(\.outcome) == [.removed])
            #expect(host.images.isEmpty)
        }
    }

    @Test func whereSightingsCannotBeWrittenDownItGoesOn() async throws {
        try await withEverything { host in
            try File.makeFolder(host.real.state.appending(".images.json.new"), mode: .ownerReadWriteExecute)
            _ = try await host.disk().prune(.guarded)
            #expect(host.images == ["sha256:kept"])
            #expect(host.warnings.isEmpty)
        }
    }

    // MARK: - The build cache

    @Test func cacheThatIsYoungOrSharedOrTheBuildersOwnStays() async throws {
        let engine = InMemoryEngine(buildCache: [
            .init(id: "young", lastUsed: .hoursAgo(23)), .init(id: "shared", isShared: true),
            .init(id: "used", isInUse: true), .init(id: "internal", type: "internal"),
            .init(id: "frontend", type: "frontend"),
        ])
        try await withGuardedHost(engine) { host in
            let report = try await host.disk().prune(.guarded)
            #expect(report.steps.isEmpty && host.changes.isEmpty)
            #expect(report.kept.map(\.reason) == [.cacheInUse])
        }
    }

    @Test func cacheOfWhichNothingGoesIsStillNeeded() async throws {
        let engine = InMemoryEngine(
            images: [.init(id: "sha256:a", tags: ["a:1"])],
            buildCache: [.init(id: "old")],
            answers: ["POST /build/prune": .answer(#"{"CachesDeleted":null}"#)]
        )
        try await withGuardedHost(engine) { host in
            let report = try await host.disk().prune(.guarded)
            #expect(report.steps.map(\.removal.reason) == [.unused(isLocal: true)])
            #expect(report.kept.map(\.reason) == [.cacheInUse] && report.isComplete)
            #expect(host.changes.count == 2 && host.images.isEmpty)
        }
    }

    @Test func whereItCannotBeMeasuredTheRestGoes() async throws {
        try await withEverything { host in
            host.change { $0.answers["GET /system/df"] = .failure(400, "a disk usage operation is already running") }
            _ = try await host.disk().prune(.guarded)
            #expect(host.images == ["sha256:kept"] && host.engine.buildCache.count == 1)
        }
    }
}

extension GuardedHost {
    /// How often the metrics were told of a run since the last call.
    fileprivate var runs: Int {
        real.happenings.collect().count { if case .guardRan = $0 { true } else { false } }
    }
}
