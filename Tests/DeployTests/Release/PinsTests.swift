import Docker
import DockerModel
import Rules
import Support
import SystemPackage
import Systemd
import Testing

@testable import Deploy

/// Which images a deployment pins, and which it unpins.
@Suite(.timeLimit(.minutes(1))) struct PinsTests {
    private func deployment(_ record: Record, _ host: GuardedHost) -> Deployment {
        let (store, real) = (host.store(), host.real)
        return Deployment(
            app: host.app,
            settings: Settings(),
            drop: Drop(variables: [:], directives: Directives()),
            placed: record.received,
            history: History(),
            host: real,
            store: store,
            ledger: Ledger(
                record,
                store: store,
                status: StatusLine(ServiceManager()),
                host: real,
                log: host.deploymentLog
            ),
            histories: { try await real.histories() },
            interrupted: nil
        )
    }

    // MARK: - Unpinning

    /// A kept release, and everything that is none; `letGo` uses the records as they are then.
    private func withReleases(
        _ body: (GuardedHost, _ letGo: () async throws -> Void) async throws -> Void
    ) async throws {
        var engine = InMemoryEngine()
        engine.images = [
            .init(id: "sha256:bad", tags: ["berth/shop/app:1"]),
            .init(id: "sha256:old", tags: ["berth/shop/app:2", "shop:1"]),
            .init(id: "sha256:used", tags: ["berth/shop/app:3"]),
            .init(id: "sha256:undecided", tags: ["berth/shop/app:4"]),
            .init(id: "sha256:good", tags: ["berth/shop/app:5", "berth/shop/web:5"]),
            .init(id: "sha256:blogs", tags: ["berth/blog/app:1"]),
        ]
        engine.containers = [.init(name: "stopped", image: "sha256:used")]
        try await withGuardedHost(engine) { host in
            try host.record(1, .failed, image: "sha256:bad")
            try host.record(2, .deployed, image: "sha256:old")
            try host.record(3, .rolledBack, image: "sha256:used")
            try host.record(4, nil, image: "sha256:undecided")
            let deployment = deployment(try host.record(5, .deployed, image: "sha256:good"), host)
            try await body(host) { await deployment.letGo(try await host.store().history()) }
        }
    }

    @Test func whatIsKeptForNoReleaseIsLetGoAndNothingElse() async throws {
        try await withReleases { host, letGo in
            try await letGo()
            let names = (1...3).map { "DELETE /images/berth/shop/app:\($0)" }
            #expect(host.changes == names)
            // An image with another name or a container stays.
            #expect(host.images == ["sha256:old", "sha256:used", "sha256:undecided", "sha256:good", "sha256:blogs"])
            #expect(host.warnings.isEmpty)
        }
    }

    @Test func withARecordThatCannotBeReadNothingIsLetGo() async throws {
        try await withReleases { host, letGo in
            try write("{", to: host.store().folder.appending("6.json"))
            var errors: [StoreError] = []
            _ = try await host.store().history { errors.append($0) }
            #expect(errors.count == 1 && "\(errors)".contains("6.json cannot be read"))
            try await letGo()
            #expect(host.changes.isEmpty && host.warnings.isEmpty)
        }
    }

    @Test func whileAnyAppPullsNothingIsLetGo() async throws {
        try await withReleases { host, letGo in
            try await host.real.imageLock.pull { try await letGo() }
            #expect(host.changes.isEmpty && host.warnings.isEmpty)
        }
    }

    @Test func anEngineThatFailsIsAWarning() async throws {
        try await withReleases { host, letGo in
            host.change { $0.answers["GET /images/json"] = [] }
            try await letGo()
            #expect(host.changes.isEmpty && host.warnings.count == 1)
        }
    }

    // MARK: - Pinning

    /// An agent has ended before it pinned what ran all the time, or a person has removed the pin.
    @Test func aKeptReleaseGetsThePinThatItLacks() async throws {
        try await withReleases { host, letGo in
            host.change { $0.images[4].tags = ["shop:latest"] }
            try await letGo()
            #expect(host.engine.images.first { $0.id == "sha256:good" }?.tags.contains("berth/shop/app:5") == true)
        }
    }

    private func pinPresent(_ host: GuardedHost) async throws {
        let services = #""app":{"image":"shop:2"},"db":{"image":"postgres:16"},"worker":{"build":"."}"#
        let release = Release(
            model: try ComposeModel(json: Array(#"{"name":"shop","services":{\#(services)}}"#.utf8)),
            compose: Compose(directory: host.app.directory, environment: [:]),
            policy: Policy(),
            digest: nil,
            files: FileScope(filesOf: Snapshot())
        )
        try host.record(7, nil)
        let pins = Pins(app: host.app.name, session: host.session, log: host.deploymentLog)
        _ = try await pins.pinPresent(release, for: 7, beside: [])
    }

    private static let built = InMemoryEngine(images: [
        .init(id: "sha256:app", tags: ["shop:2"]), .init(id: "sha256:worker", tags: ["shop-worker:latest"]),
        .init(id: "sha256:other", tags: ["other:1"]),
    ])

    @Test func whatIsOnTheHostAlreadyIsPinnedAndOutlivesTheGuard() async throws {
        try await withGuardedHost(Self.built) { host in
            try await pinPresent(host)
            #expect(
                host.engine.images.map(\.tags) == [
                    ["shop:2", "berth/shop/app:7"], ["shop-worker:latest", "berth/shop/worker:7"], ["other:1"],
                ]
            )
            _ = try await host.disk().prune(.guarded)
            #expect(host.images == ["sha256:app", "sha256:worker"])
        }
    }

    /// Engine 26 answers so if a prune takes the image meanwhile.
    @Test(arguments: [nil, "sha256:other"])
    func anImageThatAPruneTakesBeforeItsPinIsAbsent(moved: ImageID?) async throws {
        try await withGuardedHost(Self.built) { host in
            let line = "POST /images/sha256:app/tag"
            host.change { engine in
                engine.meanwhile[line] = { engine in
                    engine.images.removeAll { $0.id == "sha256:app" }
                    if moved != nil { engine.images[1].tags.append("shop:2") }
                    engine.answers[line] = .failure(500, "failed to get digest sha256:app: no such file or directory")
                }
            }
            try await pinPresent(host)
            #expect(host.engine.images.map(\.tags).joined().contains("berth/shop/app:7") == (moved != nil))
        }
    }

    @Test func whatTheEngineDoesNotTellIsNotTakenForAbsent() async throws {
        try await withGuardedHost(Self.built) { host in
            host.change { $0.answers["GET /images/postgres:16/json"] = .failure(500, "oh") }
            await #expect(throws: EngineError.self) { try await pinPresent(host) }
        }
    }
}
