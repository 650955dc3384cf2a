import Support
import Testing

@testable import Docker
@testable import DockerModel

@Suite("The Engine's responses", .timeLimit(.minutes(1)))
struct EngineAnswersTests {
    private let id = ContainerID(rawValue: Fixture.id)

    private func container(_ json: String) async throws -> Container {
        var container: Container?
        try await withStubEngine(["GET /containers/\(id)/json": .answer(json)]) { _, session, _ in
            container = try await session.inspect(id)
        }
        return try #require(container)
    }

    @Test("a container that fails its probes")
    func unhealthy() async throws {
        let healthcheck = #"{"Test":["CMD","curl","-f","x"],"Interval":10000000000,"Timeout":0,"Retries":5}"#
        let container = try await container(Fixture.container(state: Fixture.unhealthyState, healthcheck: healthcheck))
        #expect(container.id == id)
        #expect(container.name == "shop-backend-1")
        #expect(container.imageID.rawValue == Fixture.imageID)
        #expect(container.image == "ghcr.io/acme/backend:1.2")
        #expect(container.labels.project == "shop")
        #expect(container.labels.service == "backend")
        #expect(container.labels.isReplica)
        #expect(container.restartCount == 2)
        #expect(container.restartPolicy == .unlessStopped)
        #expect(container.mounts.map(\.name) == ["shop_data", nil])
        #expect(container.mounts.map(\.type) == ["volume", "bind"])
        #expect(!container.hasTerminal && container.logDriver == "json-file")

        let state = container.state
        #expect(state.status == .running && state.wasOutOfMemory && state.exitCode == 137)
        #expect(state.startedAt != nil)

        let health = try #require(state.health)
        #expect(health.status == .unhealthy)
        let probe = try #require(health.log.first)
        #expect(probe.start == Timestamp("2026-03-01T10:00:10.000000001Z"))
        #expect(probe.exitCode == 7 && probe.output == "curl: (7) refused")

        let check = try #require(container.healthcheck)
        #expect(check.interval == .seconds(10) && check.timeout == .seconds(30) && check.retries == 5)
        #expect(check.startPeriod == .zero)
    }

    @Test("a container that was never started and has no probe", arguments: ["null", #"{"Test":["NONE"]}"#, "{}"])
    func created(healthcheck: String) async throws {
        let json = Fixture.container(state: Fixture.createdState, healthcheck: healthcheck, restart: "")
        let container = try await container(json)
        #expect(container.state.status == .created)
        #expect(container.state.startedAt == nil)
        #expect(container.state.health == nil && container.healthcheck == nil)
        #expect(container.restartPolicy == .no)
    }

    @Test("restart policies")
    func restartPolicies() {
        #expect(RestartPolicy(name: "on-failure", maximum: 3) == .onFailure(maximum: 3))
        #expect(RestartPolicy(name: "on-failure", maximum: 0) == .onFailure(maximum: nil))
        #expect(RestartPolicy(name: "always", maximum: 0) == .always)
        #expect(RestartPolicy(name: "", maximum: 0) == .no)
    }

    @Test("containers, of one project and all")
    func containers() async throws {
        let filtered =
            "GET /containers/json?all=1&filters=%7B%22label%22%3A%5B%22com.docker.compose.project%3Dshop%22%5D%7D"
        try await withStubEngine([
            filtered: .answer(Fixture.summaries), "GET /containers/json?all=1": .answer("[]"),
        ]) { _, session, _ in
            let containers = try await session.containers(project: "shop")
            #expect(containers.map(\.names) == [["shop-backend-1"], []])
            #expect(containers.map(\.status) == [.restarting, .exited])
            #expect(containers.map(\.labels.service) == ["backend", nil])
            #expect(containers.map(\.labels.isReplica) == [false, false])
            #expect(try await session.containers().isEmpty)
        }
    }

    @Test("the log of a container without a terminal, in frames that arrive in pieces")
    func logs() async throws {
        func frame(_ stream: UInt8, _ text: String) -> [UInt8] {
            [stream, 0, 0, 0, 0, 0, 0, UInt8(text.utf8.count)] + text.utf8
        }
        let bytes = frame(1, "one\n") + frame(2, "two\r\n") + frame(1, "thr") + frame(1, "") + frame(1, "ee\n")
        let broken: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 3, 0xFF, 0x41, 0x0A]
        let pieces = (bytes + broken).map { [StubEngine.Step].chunk([$0]) }
        try await withStubEngine([
            "GET /containers/\(id)/json": .answer(
                Fixture.container(state: Fixture.createdState, healthcheck: "null")
            ),
            "GET /containers/\(id)/logs?stdout=1&stderr=1&tail=3": .chunkedHead + pieces.flatMap { $0 } + .lastChunk,
        ]) { _, session, _ in
            let lines = try await session.logs(of: session.inspect(id), tail: 3)
            #expect(lines == ["two", "three", "\u{FFFD}A"])
        }
    }

    @Test("the log of a container with a terminal")
    func terminalLogs() async throws {
        try await withStubEngine([
            "GET /containers/\(id)/json": .answer(
                Fixture.container(state: Fixture.createdState, healthcheck: "null", tty: true)
            ),
            "GET /containers/\(id)/logs?stdout=1&stderr=1&tail=10": .answer("one\r\ntwo"),
        ]) { _, session, _ in
            let lines = try await session.logs(of: session.inspect(id), tail: 10)
            #expect(lines == ["one", "two"])
        }
    }

    @Test("images")
    func images() async throws {
        try await withStubEngine([
            "GET /images/ghcr.io/acme/backend:1.2/json": .answer(Fixture.image),
            "GET /images/json": .answer(Fixture.images),
        ]) { _, session, _ in
            let image = try await session.image("ghcr.io/acme/backend:1.2")
            #expect(image.id.rawValue == Fixture.imageID)
            #expect(image.repoDigests == ["ghcr.io/acme/backend@sha256:d1"])
            #expect(image.labels == ["org.opencontainers.image.revision": "4f2c"])
            #expect(image.created?.description == "2026-02-28T23:59:59.999999999Z")
            #expect(image.size == 12_345_678)
            #expect(image.lastTagged == Timestamp("2026-03-01T08:00:00.5Z"))

            let images = try await session.images()
            #expect(images.map(\.repoTags) == [["ghcr.io/acme/backend:1.2"], []])
            #expect(images.map(\.repoDigests) == [[], []])
            #expect(images.map(\.created?.description) == ["2026-02-28T23:59:59Z", nil])
            #expect(images.map(\.sharedSize) == [nil, nil])
        }
    }

    @Test("a tag and a removal")
    func imageChanges() async throws {
        try await withStubEngine([
            "POST /images/sha256:2/tag?repo=127.0.0.1%3A5000%2Fshop%2Fapp&tag=7": .answer("", status: "201 Created"),
            "POST /images/sha256:2/tag?repo=app&tag=latest": .answer("", status: "201 Created"),
            "DELETE /images/berth/shop/app:7": .answer("[]"),
            "DELETE /images/sha256:2": .failure(409, "conflict: image is being used"),
        ]) { _, session, stub in
            try await session.tag("sha256:2", as: "127.0.0.1:5000/shop/app:7")
            try await session.tag("sha256:2", as: "app")
            try await session.removeImage("berth/shop/app:7")
            await #expect(throws: EngineError.self) { try await session.removeImage("sha256:2") }
            #expect(stub.asked[0].headers["Content-Length"] == "0")
        }
    }
}
