import DockerModel
import Testing

@testable import Rules

@Suite struct DockerVersionsTests {
    private func trouble(_ compose: String, _ store: String) throws -> String? {
        let compose = try #require(DockerVersion(compose))
        return DockerVersions(engine: "29.7.2", api: APIVersion(1, 55), compose: compose, imageStore: store).trouble
    }

    @Test(arguments: [
        ("2.26.1", false), ("2.40.3", false), ("5.0.0", true), ("5.2.0", true), ("5.4.9", true), ("5.5.0", false),
        ("6.0.0", false),
    ])
    func composeFiveBeforeFiveFiveIsTroubleWithContainerd(compose: String, isTrouble: Bool) throws {
        #expect(try (trouble(compose, "containerd") != nil) == isTrouble)
        #expect(try trouble(compose, "overlay2") == nil)
    }

    @Test func saysWhatToTry() throws {
        #expect(try trouble("5.2.0", "containerd")?.hasSuffix("; install Docker Compose 5.5 or later") == true)
    }

    @Test func isOneLine() throws {
        let compose = try #require(DockerVersion("2.40.3"))
        let versions = DockerVersions(
            engine: "28.5.2",
            api: APIVersion(1, 51),
            compose: compose,
            imageStore: "overlay2"
        )
        #expect("\(versions)" == "Docker Engine 28.5.2, API 1.51, Compose 2.40.3, image store overlay2")
    }
}
