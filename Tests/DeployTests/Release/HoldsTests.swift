import Docker
import DockerModel
import Rules
import Support
import Testing

@testable import Deploy

/// The containers that hold the images of the way back.
@Suite(.timeLimit(.minutes(1))) struct HoldsTests {
    private func service(_ image: ImageReference, _ id: ImageID) -> Record.Service {
        Record.Service(image: image, imageID: id, digest: nil, source: nil, revision: nil)
    }

    private func holds(_ host: GuardedHost) -> Holds {
        Holds(app: host.app.name, session: host.session, log: host.deploymentLog)
    }

    private static let engine = InMemoryEngine(
        images: [
            .init(id: "sha256:app", tags: ["shop:1"]),
            .init(id: "sha256:db", tags: ["db:1", "berth/shop/db:3"], volumes: ["/var/lib/data"]),
            .init(id: "sha256:web", digests: ["web@sha256:d1"]),
        ],
        containers: [.init(name: "app", image: "sha256:app", isRunning: true)]
    )

    private var release: [ImageUse: Record.Service] {
        [
            "app": service("shop:1", "sha256:app"), "worker": service("shop:1", "sha256:app"),
            "db": service("db:1", "sha256:db"), "web": service("web:1@sha256:d1", "sha256:web"),
        ]
    }

    @Test func eachImageIsHeldOnceByAContainerThatDoesNothing() async throws {
        try await withGuardedHost(Self.engine) { host in
            await holds(host).take(release, of: 3)
            let made = host.engine.containers.compactMap(\.request)
                .sorted { "\($0["Image"])" < "\($1["Image"])" }
            // A name with a digest cannot be given again, so it is held itself.
            let sources = ["berth/shop/app:3", "berth/shop/db:3", "web@sha256:d1"]
            #expect(made.map { $0["Image"] } == sources.map(JSON.string))
            for request in made {
                #expect(request["Labels"] == .object(["berth.hold": .string("shop")]))
                #expect(request["HostConfig"]["NetworkMode"] == .string("none"))
                #expect(request["Entrypoint"].elements.count == 1)
            }
            // Not an anonymous volume.
            let mount = JSON.object(["Type": .string("tmpfs"), "Target": .string("/var/lib/data")])
            #expect(made.map { $0["HostConfig"]["Mounts"].elements } == [[], [mount], []])
            #expect(host.warnings.isEmpty)
        }
    }

    /// `docker compose build` gives an image these labels, and `docker commit` all of a container's.
    @Test func aHoldHasNoneOfComposesLabels() async throws {
        var engine = Self.engine
        engine.images[0].labels = ["com.docker.compose.project": "shop", "org.example": "x"]
        try await withGuardedHost(engine) { host in
            await holds(host).take(["app": service("shop:1", "sha256:app")], of: 3)
            let labels: JSON = .object(["berth.hold": .string("shop"), "com.docker.compose.project": .string("")])
            #expect(host.engine.containers.compactMap(\.request).map { $0["Labels"] } == [labels])
        }
    }

    @Test func aSecondHoldOfTheSameImageIsNotMade() async throws {
        try await withGuardedHost(Self.engine) { host in
            await holds(host).take(release, of: 3)
            let made = host.engine.containers.count
            await holds(host).take(release, of: 3)
            #expect(host.engine.containers.count == made)
        }
    }

    @Test func onlyTheAppsOwnHoldsAreReleased() async throws {
        var engine = Self.engine
        engine.containers.append(.init(name: "others", image: "sha256:db", labels: ["berth.hold": "blog"]))
        try await withGuardedHost(engine) { host in
            await holds(host).take(release, of: 3)
            await holds(host).release()
            #expect(host.engine.containers.map(\.name) == ["app", "others"])
        }
    }

    @Test func whatCannotBeHeldIsAWarning() async throws {
        var engine = Self.engine
        engine.answers["POST /containers/create"] = .failure(500, "oh")
        try await withGuardedHost(engine) { host in
            await holds(host).take(["app": service("shop:1", "sha256:app")], of: 3)
            #expect(host.warnings.count == 1)
            #expect(host.warnings.first?.contains("image shop:1 of #3 is not held against a prune by hand") == true)
        }
    }

    @Test func theGuardLeavesWhatIsHeld() async throws {
        try await withGuardedHost(Self.engine) { host in
            await holds(host).take(release, of: 3)
            _ = try await host.disk().prune(.guarded)
            #expect(host.images == ["sha256:app", "sha256:db", "sha256:web"])
        }
    }
}
