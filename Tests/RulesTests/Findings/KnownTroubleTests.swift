import DockerModel
import Testing

@testable import Rules

@Suite struct KnownTroubleTests {
    private func troubles(_ engine: String, _ compose: String, _ store: String) throws -> [String] {
        let compose = try #require(DockerVersion(compose))
        let versions = DockerVersions(engine: engine, api: APIVersion(1, 41), compose: compose, imageStore: store)
        return Finding.versions(versions).map { "\($0.severity) \($0.subject)" }
    }

    @Test(arguments: [
        ("29.8.2", "2.40.3", "overlay2", []),
        ("29.10.0", "5.5.0", "containerd", []),
        ("29.8.1", "2.40.3", "containerd", ["note Docker Engine 29.8.1"]),
        ("26.1.5+dfsg1", "2.26.1", "overlay2", ["note Docker Engine 26.1.5+dfsg1"]),
        ("23.0.0", "2.26.1", "overlay2", ["note Docker Engine 23.0.0"]),
        ("20.10.24", "2.26.1", "overlay2", ["note Docker Engine 20.10.24", "note Docker Engine 20.10.24"]),
        ("29.9.0", "5.4.9", "containerd", ["warning Docker Compose 5.4.9"]),
        ("29.9.0", "5.4.9", "overlay2", []),
        // Of a version that cannot be read, nothing is known.
        ("master", "2.40.3", "overlay2", []),
    ])
    func isKnownOfAVersion(engine: String, compose: String, store: String, expected: [String]) throws {
        #expect(try troubles(engine, compose, store) == expected)
    }

    @Test func eachSaysWhatToTry() {
        #expect(KnownTrouble.all.allSatisfy { !$0.problem.isEmpty && !$0.hint.isEmpty })
    }
}
