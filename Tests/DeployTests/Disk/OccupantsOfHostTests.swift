import Docker
import DockerModel
import Linux
import Support
import Testing

@testable import Deploy
@testable import Rules

/// What berth tells a sysadmin about a disk that is still full after a prune.
@Suite(.timeLimit(.minutes(1))) struct OccupantsOfHostTests {
    private static var engine: InMemoryEngine {
        InMemoryEngine(
            images: [
                .init(id: "sha256:kept", tags: ["shop:1"], size: 100), .init(id: "sha256:dangling", size: 60),
                .init(id: "sha256:small", size: 5),
            ],
            containers: [
                .init(name: "web", image: "sha256:kept", written: 50, log: String(repeating: "x", count: 40)),
                .init(name: "mute", image: "sha256:kept", log: nil),
            ],
            // A volume with options is on another filesystem.
            volumes: [.init(name: "shop_db", size: 200), .init(name: "nfs", size: 300, options: #"{"type":"nfs"}"#)],
            buildCache: [.init(id: "own", size: 30), .init(id: "of-an-image", size: 70, isShared: true)]
        )
    }

    /// A filesystem of 1000 bytes.
    private func filesystem(_ holds: Set<Filesystem.Content>, inodes: Int64 = 0) -> Filesystem {
        Filesystem(
            path: "/d",
            holds: holds,
            space: .init(used: 900, available: 100),
            inodes: .init(used: inodes, available: 1000 - inodes)
        )
    }

    private func occupants(_ filesystem: Filesystem, _ host: GuardedHost) async throws -> [String] {
        let kept = Kept(
            subject: .image(id: "sha256:kept", names: ["shop:1"]),
            reason: .release(app: host.app.name, number: 1, isUnderWay: false),
            size: 100
        )
        // Longer than a busy machine needs to answer: what is measured is no matter of time here.
        let occupants = try await host.disk().occupants(of: filesystem, kept: [kept], patience: .seconds(600))
        return occupants.map { "\($0)" }
    }

    @Test func theBiggestAreNamedWithTheReasonWhyTheyStay() async throws {
        try await withGuardedHost(Self.engine) { host in
            let occupants = try await occupants(filesystem([.images, .volumes]), host)
            #expect(
                occupants == [
                    "the logs of mute, and everything outside Docker, 415 B", "volume shop_db, 200 B",
                    "image shop:1 (release #1 of shop is kept), 100 B", "image sha256:dangling, 60 B",
                    "files in container web, 50 B", "the log of web, 40 B",
                ]
            )
        }
    }

    @Test func onlyWhatLiesThereIsNamed() async throws {
        try await withGuardedHost(Self.engine) { host in
            let images = try await occupants(filesystem([.images]), host)
            #expect(
                images == [
                    "everything outside Docker, 655 B", "image shop:1 (release #1 of shop is kept), 100 B",
                    "image sha256:dangling, 60 B", "files in container web, 50 B", "the build cache, 30 B",
                ]
            )
            #expect(host.asked == ["GET /system/df"])
            let volumes = try await occupants(filesystem([.volumes]), host)
            #expect(
                volumes == [
                    "the logs of mute, and everything outside Docker, 660 B", "volume shop_db, 200 B",
                    "the log of web, 40 B",
                ]
            )
        }
    }

    @Test func whereTheEngineHasNothingItIsNotAsked() async throws {
        try await withGuardedHost(Self.engine) { host in
            let elsewhere = try await occupants(filesystem([]), host)
            #expect(elsewhere == ["everything outside Docker, 900 B"])
            let withoutInodes = try await occupants(filesystem([.images, .volumes], inodes: 950), host)
            #expect(withoutInodes.isEmpty)
            #expect(host.asked.isEmpty)
        }
    }

    @Test func thatNothingCanBeFoundOutIsAWarning() async throws {
        try await withGuardedHost(InMemoryEngine(answers: ["GET /system/df": .failure(500, "oh")])) { host in
            let occupants = try await occupants(filesystem([.images]), host)
            #expect(occupants.isEmpty)
            #expect(host.warnings.count == 1)
            #expect(host.warnings.first?.hasPrefix("The things that fill /d could not be listed") == true)
        }
    }
}
