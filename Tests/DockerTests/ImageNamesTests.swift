import Support
import Testing

@testable import Docker
@testable import DockerModel

@Suite("The names of an image", .timeLimit(.minutes(1)))
struct ImageNamesTests {
    private func image(_ json: String) async throws -> Image {
        var image: Image?
        try await withStubEngine(["GET /images/a/json": .answer(json)]) { _, session, _ in
            image = try await session.image("a")
        }
        return try #require(image)
    }

    @Test("with the containerd image store, a name by digest is a tag too")
    func digestAmongTags() async throws {
        let image = try await image(
            #"{"Id":"sha256:a","RepoTags":["shop:1","shop@sha256:a"],"RepoDigests":["shop@sha256:a"],"Size":1}"#
        )
        #expect(image.repoTags == ["shop:1"] && image.repoDigests == ["shop@sha256:a"])
    }

    @Test("the paths of its anonymous volumes")
    func volumes() async throws {
        let image = try await image(#"{"Id":"sha256:a","Size":1,"Config":{"Volumes":{"/b":{},"/a":{}}}}"#)
        #expect(image.volumes == ["/a", "/b"])
    }

    @Test(
        "tell whether a registry has it, unless they are those of containerd's store",
        arguments: [([], false), (["shop@sha256:m"], true), (["shop@sha256:a"], nil)] as [([ImageReference], Bool?)]
    )
    func registry(digests: [ImageReference], isFromRegistry: Bool?) {
        let names = ImageNames(id: "sha256:a", tags: ["shop:1"], digests: digests)
        #expect(names.isFromRegistry == isFromRegistry)
    }

    @Test("from API 1.53 on, the Engine tells whether it was pulled")
    func pulled() async throws {
        for (identity, isPulled) in [
            (#"{"Pull":[{"Repository":"docker.io/library/shop"}]}"#, true), (#"{"Build":[{"Ref":"x"}]}"#, false),
            ("null", false),
        ] {
            let answer = #"{"Id":"sha256:a","Identity":\#(identity)}"#
            try await withStubEngine(["GET /images/sha256:a/json": .answer(answer)]) { engine, _, stub in
                let session = EngineSession(engine: engine, version: .newest, newest: APIVersion(1, 55))
                let answer = try await session.isPulled("sha256:a")
                #expect(answer == isPulled)
                #expect(stub.asked.map(\.version) == [APIVersion(1, 53)])
                let older = EngineSession(engine: engine, version: .newest, newest: APIVersion(1, 52))
                let unknown = try await older.isPulled("sha256:a")
                #expect(unknown == nil)
            }
        }
    }
}
