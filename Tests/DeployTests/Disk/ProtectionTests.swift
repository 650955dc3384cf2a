import Docker
import DockerModel
import Linux
import Rules
import Support
import SystemPackage
import Testing

@testable import Deploy

/// What the records of all apps protect from the guard.
@Suite(.timeLimit(.minutes(1))) struct ProtectionTests {
    private func image(_ name: String, _ tags: String...) -> InMemoryEngine.Image {
        .init(id: "sha256:\(name)", tags: tags.isEmpty ? ["\(name):1"] : tags)
    }

    /// Which of these images are left after a full prune.
    private func remaining(
        _ images: [InMemoryEngine.Image],
        _ containers: [InMemoryEngine.Container] = [],
        _ prepare: (GuardedHost) throws -> Void
    ) async throws -> [String] {
        var remaining: [String] = []
        try await withGuardedHost(InMemoryEngine(images: images, containers: containers)) { host in
            try prepare(host)
            _ = try await host.disk().prune(.guarded)
            remaining = host.images.map { String($0.dropFirst("sha256:".count)) }
        }
        return remaining
    }

    @Test func whatEachAppCanGoBackToAndWhatIsUnderWayStays() async throws {
        // A pin protects a deployment under way, since its checks or its pull.
        let images =
            ["bad", "old", "good"].map { image($0) } + [image("next", "next:1", "berth/shop/app:4")]
            + ["other", "nobodys"].map { image($0) }
        let remaining = try await remaining(images) { host in
            let blog = try #require(AppName("blog"))
            try host.record(1, .deployed, image: "sha256:old")
            try host.record(2, .deployed, image: "sha256:good")
            try host.record(3, .rolledBack, image: "sha256:bad")
            try host.record(4, nil, image: "sha256:next")
            // The settings do not name this app, and another app has superseded its old release.
            try host.record(1, .deployed, image: "sha256:other", of: blog)
            try host.record(2, .deployed, image: "sha256:old", of: blog)
        }
        #expect(remaining == ["old", "good", "next", "other"])
    }

    @Test func whatAContainerInAnyStateIsMadeFromStays() async throws {
        let containers = [
            InMemoryEngine.Container(name: "up", image: "sha256:running", isRunning: true),
            InMemoryEngine.Container(name: "down", image: "sha256:stopped"),
        ]
        let images = [image("running"), .init(id: "sha256:stopped"), image("free"), .init(id: "sha256:dangling")]
        let remaining = try await remaining(images, containers) { _ in }
        #expect(remaining == ["running", "stopped"])
    }

    @Test func whatBelongsToAnAppStaysWhereOneOfItsRecordsCannotBeRead() async throws {
        let images = [image("old"), image("named", "berth/shop/app:7"), image("nobodys")]
        let remaining = try await remaining(images) { host in
            try host.record(1, .failed, image: "sha256:old")
            try write("{", to: host.store().folder.appending("7.json"))
        }
        #expect(remaining == ["old", "named"])
    }

    @Test func whatIsNamedForAnAppWithoutRecordsStays() async throws {
        let images = [image("shops", "berth/shop/app:1"), image("gones", "berth/gone/app:1"), image("nobodys")]
        // Its folder exists, but is empty.
        let remaining = try await remaining(images) { host in
            try File.makeFolder(host.real.state.appending("shop"), mode: .ownerReadWriteExecute)
        }
        #expect(remaining == ["shops", "gones"])
    }

    @Test func youngImagesStay() async throws {
        let images = [
            InMemoryEngine.Image(id: "sha256:built", tags: ["a:1"], built: .hoursAgo(0)),
            InMemoryEngine.Image(id: "sha256:tagged", tags: ["b:1"], tagged: .hoursAgo(0)),
            InMemoryEngine.Image(id: "sha256:old", tags: ["c:1"], built: .hoursAgo(2), tagged: .hoursAgo(1)),
        ]
        let remaining = try await remaining(images) { _ in }
        #expect(remaining == ["built", "tagged"])
    }
}
