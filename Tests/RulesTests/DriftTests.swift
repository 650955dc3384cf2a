import DockerModel
import Rules
import Testing

@Suite struct DriftTests {
    private func good() throws -> Record {
        var record = Record(app: try #require(AppName("shop")), number: 7, received: Timestamp(nanoseconds: 0))
        for service in ["app", "nginx"] as [ServiceName] {
            let image = ImageID(rawValue: "sha256:\(service)")
            record.services[service] = Record.Service(
                image: "shop",
                imageID: image,
                digest: nil,
                source: nil,
                revision: nil
            )
            record.running = (record.running ?? [:]).merging([service: image]) { $1 }
        }
        record.compose = Record.ComposeFile(file: "/var/lib/berth/shop/compose/7.yaml", sha256: "c7")
        return record
    }

    private func container(
        _ service: ServiceName,
        _ image: String? = nil,
        from file: String? = "/var/lib/berth/shop/compose/5.yaml"
    ) -> Drift.Container {
        Drift.Container(service: service, imageID: ImageID(rawValue: image ?? "sha256:\(service)"), composeFile: file)
    }

    private func drift(
        _ containers: [Drift.Container],
        compose: String? = "c7",
        files: [ReleasePath] = []
    ) throws -> Drift {
        let folder = "/var/lib/berth/shop/compose"
        return Drift(from: try good(), running: containers, composeFolder: folder, compose: compose, files: files)
    }

    @Test func thereIsNoneIfAllIsAsItWas() throws {
        let drift = try drift([container("app"), container("app"), container("nginx", from: nil)])
        #expect(drift.differences.isEmpty && drift.sentence == "")
        #expect(try self.drift([container("app"), container("nginx")], compose: nil).differences.isEmpty)
    }

    @Test func whatRunsIsCompared() throws {
        let drift = try drift([
            container("app"), container("app", "sha256:other"), container("tool"),
        ])
        #expect(drift.concernsRunning)
        #expect(
            drift.differences.map { "\($0.kind.rawValue) \($0.subject)" } == [
                "image app", "unknown tool", "stopped nginx",
            ]
        )
        #expect(drift.sentence.contains("app runs image sha256:other, not sha256:app"))
    }

    @Test func aContainerMadeByHandIsTold() throws {
        let drift = try drift([container("app", from: "/srv/shop/docker-compose.yml"), container("nginx")])
        #expect(drift.sentence == "app was made by hand from /srv/shop/docker-compose.yml")
    }

    @Test func whatWasDeliveredIsCompared() throws {
        let files = try [#require(ReleasePath("nginx/a.conf"))]
        let drift = try drift([container("app"), container("nginx")], compose: "c8", files: files)
        #expect(!drift.concernsRunning)
        #expect(drift.sentence == "the Compose file differs, nginx/a.conf differs")
    }
}
