import Docker
import Support
import SystemPackage
import Testing

@testable import Deploy

/// Which images a deployment names so that they stay, and which it lets go.
@Suite(.timeLimit(.minutes(1))) struct KeepTests {
    private func deployment(_ record: Record, _ host: GuardedHost) -> Deployment {
        Deployment(of: record, app: host.app, settings: Settings(), store: host.store(), context: host.context)
    }

    // MARK: - Letting go

    /// A release that is kept, and everything that is none.
    private func withReleases(_ body: (GuardedHost, Deployment) async throws -> Void) async throws {
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
            let record = try host.record(5, .deployed, image: "sha256:good")
            try await body(host, deployment(record, host))
        }
    }

    @Test func whatIsKeptForNoReleaseIsLetGoAndNothingElse() async throws {
        try await withReleases { host, deployment in
            await deployment.letGo(host.context.engine)
            let names = (1...3).map { "DELETE /images/berth/shop/app:\($0)" }
            #expect(host.changes == names)
            // What has another name, or a container, stays.
            #expect(host.images == ["sha256:old", "sha256:used", "sha256:undecided", "sha256:good", "sha256:blogs"])
            #expect(host.warnings.isEmpty)
        }
    }

    @Test func withARecordThatCannotBeReadNothingIsLetGo() async throws {
        try await withReleases { host, deployment in
            try write("{", to: host.store().folder.appending("1.json"))
            await deployment.letGo(host.context.engine)
            #expect(host.changes.isEmpty)
            #expect(host.warnings.count == 1 && host.warnings[0].contains("1.json cannot be read"))
        }
    }

    @Test func whileAnyAppPullsNothingIsLetGo() async throws {
        try await withReleases { host, deployment in
            try await host.context.imageLock.pull { await deployment.letGo(host.context.engine) }
            #expect(host.changes.isEmpty && host.warnings.isEmpty)
        }
    }

    @Test func anEngineThatFailsIsAWarning() async throws {
        try await withReleases { host, deployment in
            host.change { $0.answers["GET /images/json"] = [] }
            await deployment.letGo(host.context.engine)
            #expect(host.changes.isEmpty && host.warnings.count == 1)
        }
    }

    // MARK: - Keeping

    private func target(_ host: GuardedHost) throws -> Target {
        let services = #""app":{"image":"shop:2"},"db":{"image":"postgres:16"},"worker":{"build":"."}"#
        return Target(
            engine: host.context.engine,
            model: try ComposeModel(json: Array(#"{"name":"shop","services":{\#(services)}}"#.utf8)),
            compose: Compose(directory: host.app.directory, environment: [:]),
            policy: Policy()
        )
    }

    private static let built = InMemoryEngine(images: [
        .init(id: "sha256:app", tags: ["shop:2"]), .init(id: "sha256:worker", tags: ["shop-worker:latest"]),
        .init(id: "sha256:other", tags: ["other:1"]),
    ])

    @Test func whatIsOnTheHostAlreadyIsNamedAndOutlivesTheGuard() async throws {
        try await withGuardedHost(Self.built) { host in
            let deployment = deployment(try host.record(7, nil), host)
            try await deployment.keepWhatIsThere(try target(host))
            #expect(
                host.engine.images.map(\.tags) == [
                    ["shop:2", "berth/shop/app:7"], ["shop-worker:latest", "berth/shop/worker:7"], ["other:1"],
                ]
            )
            _ = try await host.disk().prune(.guarded)
            #expect(host.images == ["sha256:app", "sha256:worker"])
        }
    }

    @Test func whatTheEngineDoesNotTellIsNotTakenForAbsent() async throws {
        try await withGuardedHost(Self.built) { host in
            host.change { $0.answers["GET /images/postgres:16/json"] = .failure(500, "oh") }
            let deployment = deployment(try host.record(7, nil), host)
            let target = try target(host)
            await #expect(throws: EngineError.self) { try await deployment.keepWhatIsThere(target) }
        }
    }
}
