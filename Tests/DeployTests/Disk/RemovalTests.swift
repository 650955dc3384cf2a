import Docker
import DockerModel
import Linux
import Rules
import Support
import Testing

@testable import Deploy

/// What happens if the Engine has changed since the plan, or refuses a removal.
@Suite(.timeLimit(.minutes(1))) struct RemovalTests {
    private static let named = InMemoryEngine.Image(id: "sha256:a", tags: ["berth/shop/app:1", "shop:1"])
    private static let next = InMemoryEngine.Image(id: "sha256:next", tags: ["other:1"])
    private static let inspection = "GET /images/sha256:a/json"
    private static let firstName = "DELETE /images/berth/shop/app:1"

    /// A superseded image, and one that is removed after it.
    private func withHost(
        _ image: InMemoryEngine.Image = named,
        _ prepare: (inout InMemoryEngine) -> Void = { _ in },
        _ body: (GuardedHost, PruneReport) async throws -> Void
    ) async throws {
        var engine = InMemoryEngine(images: [image, Self.next])
        prepare(&engine)
        try await withGuardedHost(engine) { host in
            try host.record(1, .deployed, image: "sha256:a")
            try host.record(2, .deployed, image: "sha256:of-2")
            try await body(host, try await host.disk().prune(.guarded))
        }
    }

    /// Expects this failure for the first image; the next one is removed all the same.
    private func expectFailure(_ problem: String, _ report: PruneReport) {
        #expect(report.steps.map(\.hasFailed) == [true, false])
        guard case .failed(let actual) = report.steps.first?.outcome else { return }
        #expect(actual.hasSuffix(problem))
    }

    @Test func anImageOfSeveralRepositoriesGoesByItsTagsAndThenByItsDigests() async throws {
        let image = InMemoryEngine.Image(
            id: "sha256:a",
            tags: ["shop:2", "berth/shop/app:1", "shop:1"],
            digests: ["shop@sha256:d1", "mirror/shop@sha256:d1"]
        )
        try await withHost(image) { host, report in
            let names = ["berth/shop/app:1", "shop:1", "shop:2", "mirror/shop@sha256:d1", "other:1"]
            #expect(host.changes == names.map { "DELETE /images/\($0)" })
            #expect(host.images.isEmpty && report.steps.map(\.outcome) == [.removed, .removed])
        }
    }

    @Test func aDanglingImageOfDigestsAloneGoesByThese() async throws {
        let image = InMemoryEngine.Image(id: "sha256:a", digests: ["shop@sha256:d1", "mirror/shop@sha256:d1"])
        try await withHost(image) { host, _ in
            #expect(host.images.isEmpty)
            #expect(!host.changes.contains { $0.hasPrefix("DELETE /images/sha256:a") })
        }
    }

    /// The containerd image store lists such a name as a tag; it is not given back as `shop:latest` (D4).
    @Test func anImageThatWasPulledByItsDigestIsDanglingInBothStores() async throws {
        let digest = "shop@sha256:a"
        let image = InMemoryEngine.Image(id: "sha256:a", tags: [digest], digests: [digest])
        try await withHost(image) { host, report in
            #expect(report.steps.first?.removal.reason == .dangling)
            #expect(host.changes.first == "DELETE /images/shop@sha256:a")
            #expect(!host.images.contains("sha256:a"))
        }
    }

    @Test func oneThatAContainerMountsByNowStays() async throws {
        try await withHost(Self.named) { engine in
            engine.meanwhile[Self.inspection] = {
                $0.containers = [.init(name: "new", image: "sha256:other", mounted: ["shop:1"])]
            }
        } _: { _, report in
            expectFailure("a container uses it now", report)
        }
    }

    @Test func oneWhoseNamesHaveChangedStays() async throws {
        try await withHost(Self.named) { engine in
            engine.meanwhile[Self.inspection] = { $0.images[0].tags.append("mine:1") }
        } _: { host, report in
            expectFailure("its names have changed", report)
            #expect(host.engine.images.first?.tags == ["berth/shop/app:1", "shop:1", "mine:1"])
        }
    }

    @Test func oneThatGotAContainerStays() async throws {
        try await withHost(Self.named) { engine in
            engine.meanwhile[Self.inspection] = { $0.containers = [.init(name: "new", image: "sha256:a")] }
        } _: { host, report in
            expectFailure("a container uses it now", report)
            #expect(host.engine.images.first?.tags == Self.named.tags)
        }
    }

    @Test func oneThatGetsAContainerAtTheLastMomentHasAllItsNamesAgain() async throws {
        try await withHost(Self.named) { engine in
            engine.meanwhile[Self.firstName] = { $0.containers = [.init(name: "new", image: "sha256:a")] }
        } _: { host, report in
            expectFailure("status 409: container new is using its referenced image", report)
            #expect(Set(host.engine.images.first?.tags ?? []) == Set(Self.named.tags))
        }
    }

    @Test func oneThatGetsAnotherNameAtTheLastMomentHasTheOthersAgain() async throws {
        try await withHost(Self.named) { engine in
            engine.meanwhile[Self.firstName] = { $0.images[0].tags.append("mine:1") }
        } _: { host, report in
            expectFailure("it has a new name now", report)
            #expect(Set(host.engine.images.first?.tags ?? []) == ["mine:1", "berth/shop/app:1", "shop:1"])
        }
    }

    @Test(arguments: [inspection, firstName, "DELETE /images/shop:1"])
    func oneThatHasGoneMeanwhileIsGone(line: String) async throws {
        try await withHost(Self.named) { engine in
            engine.meanwhile[line] = { engine in engine.images.removeAll { $0.id == "sha256:a" } }
        } _: { host, report in
            #expect(report.steps.map(\.outcome) == [.removed, .removed] && host.images.isEmpty)
        }
    }

    @Test func oneThatIsListedAndNotThereIsAskedForOnce() async throws {
        try await withHost(Self.named) { engine in
            engine.answers[Self.inspection] = .failure(404, "No such image")
        } _: { host, report in
            #expect(report.steps.count == 2)
            #expect(host.asked.filter { $0 == Self.inspection }.count == 1)
            #expect(host.images == ["sha256:a"])
        }
    }

    /// A file that cannot be removed is a permanent 500: it must not block the other removals.
    @Test(arguments: [(409, "image has dependent child images"), (500, "device or resource busy")])
    func whatIsRefusedIsTriedOnceAndTheNextGoes(status: Int, message: String) async throws {
        try await withHost(Self.named) { engine in
            engine.answers[Self.firstName] = .failure(status, message)
        } _: { host, report in
            expectFailure("status \(status): \(message)", report)
            #expect(host.changes.filter { $0.hasPrefix(Self.firstName) }.count == 1)
            #expect(host.images == ["sha256:a"])
            #expect(host.warnings.count == 1)
            #expect(host.warnings.first?.contains("could not be removed, and stays") == true)
        }
    }

    /// No further removal is requested, and not every thing gets its own warning.
    @Test func anEngineThatGoesEndsThePrune() async throws {
        try await withGuardedHost(InMemoryEngine(images: [Self.named, Self.next])) { host in
            try host.record(1, .failed, image: "sha256:a")
            host.change { $0.answers[Self.firstName] = [] }
            let error = EngineError.disconnected(request: "DELETE /v1.47/images/berth/shop/app:1")
            await #expect(throws: error) { _ = try await host.disk().prune(.guarded) }
            #expect(host.changes.count == 1 && host.warnings.isEmpty)
        }
    }
}
