import SystemPackage
import Testing

@testable import Deploy

@Suite struct SightingsTests {
    @Test func anImageIsRememberedFromItsFirstSight() async throws {
        try await withTemporaryFolder { folder in
            var sightings = Sightings(in: folder)
            #expect(sightings["a"] == nil)
            try sightings.update(["a"], at: .seconds(10), in: folder)
            try sightings.update(["a", "b"], at: .seconds(20), in: folder)
            #expect(sightings["a"] == .seconds(10))
            let again = Sightings(in: folder)
            #expect(again["a"] == .seconds(10))
            #expect(again["b"] == .seconds(20))
        }
    }

    @Test func oneThatHasGoneIsForgotten() async throws {
        try await withTemporaryFolder { folder in
            var sightings = Sightings(in: folder)
            try sightings.update(["a", "b"], at: .seconds(10), in: folder)
            try sightings.update(["b"], at: .seconds(20), in: folder)
            try sightings.update(["a", "b"], at: .seconds(30), in: folder)
            #expect(Sightings(in: folder)["a"] == .seconds(30))
            #expect(Sightings(in: folder)["b"] == .seconds(10))
        }
    }

    @Test func whatCannotBeReadIsNew() async throws {
        try await withTemporaryFolder { folder in
            try write("nonsense", to: folder.appending("images.json"))
            var sightings = Sightings(in: folder)
            #expect(sightings["a"] == nil)
            try sightings.update(["a"], at: .seconds(10), in: folder)
            #expect(Sightings(in: folder)["a"] == .seconds(10))
        }
    }

    @Test func withoutAFolderItThrows() {
        var sightings = Sightings(in: "/nonexistent")
        #expect(throws: Errno.self) { try sightings.update(["a"], at: .seconds(10), in: "/nonexistent") }
    }
}
