import DockerModel
import Support
import SystemPackage
import Testing

@testable import Deploy

@Suite struct SightingsTests {
    private func second(_ count: Int64) -> Timestamp { Timestamp(nanoseconds: count * 1_000_000_000) }

    @Test func anImageIsRememberedFromItsFirstSight() async throws {
        try await withTemporaryFolder { folder in
            var sightings = Sightings(in: folder)
            #expect(sightings["a"] == nil)
            try sightings.update(["a"], at: second(10), in: folder)
            try sightings.update(["a", "b"], at: second(20), in: folder)
            #expect(sightings["a"] == second(10))
            let again = Sightings(in: folder)
            #expect(again["a"] == second(10))
            #expect(again["b"] == second(20))
        }
    }

    @Test func oneThatHasGoneIsForgotten() async throws {
        try await withTemporaryFolder { folder in
            var sightings = Sightings(in: folder)
            try sightings.update(["a", "b"], at: second(10), in: folder)
            try sightings.update(["b"], at: second(20), in: folder)
            try sightings.update(["a", "b"], at: second(30), in: folder)
            #expect(Sightings(in: folder)["a"] == second(30))
            #expect(Sightings(in: folder)["b"] == second(10))
        }
    }

    @Test func whatCannotBeReadIsNew() async throws {
        try await withTemporaryFolder { folder in
            try write("nonsense", to: folder.appending("images.json"))
            var sightings = Sightings(in: folder)
            #expect(sightings["a"] == nil)
            try sightings.update(["a"], at: second(10), in: folder)
            #expect(Sightings(in: folder)["a"] == second(10))
        }
    }

    @Test func withoutAFolderItThrows() {
        var sightings = Sightings(in: "/nonexistent")
        #expect(throws: Errno.self) { try sightings.update(["a"], at: second(10), in: "/nonexistent") }
    }
}
