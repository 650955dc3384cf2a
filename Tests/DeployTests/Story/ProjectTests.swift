import DockerModel
import Rules
import Testing

@testable import Deploy

/// One project, one folder, one app.
@Suite(.timeLimit(.minutes(1))) struct ProjectTests {
    /// Drops v2, forced, and returns its record.
    private func drop(_ host: StoryHost) async throws -> Record {
        let worker = try await host.worker()
        try await worker.take(.drop(Array("IMAGE_TAG=v2\nBERTH_FORCE=1\n".utf8)), from: Spool(host.app.spool))
        await worker.retire()
        await Task(executorPreference: host.host.executor) { await worker.run() }.value
        return try host.record(host.number)
    }

    private func isLeftAlone(_ host: StoryHost, _ record: Record, _ cause: Cause) throws {
        #expect(record.verdict == .refused && record.cause == cause, "\(record.reason ?? "")")
        #expect(record.compose == nil)
        #expect(throws: StoreError.self) { try host.store.composeText(of: record) }
        #expect(host.did.isEmpty)
        #expect(host.engine.container?.image == "sha256:v1")
    }

    @Test func aProjectWithContainersOfAnotherFolderIsRefused() async throws {
        try await withStoryHost { host in
            host.change { $0.directory = "/srv/other" }
            let record = try await drop(host)
            try isLeftAlone(host, record, .projectTaken)
            #expect(record.reason?.contains("/srv/other") == true)
        }
    }

    @Test func aProjectThatIsRenamedIsRefusedWhileTheOldOneHasContainers() async throws {
        try await withStoryHost { host in
            var good = try host.record(1)
            good.project = "old"
            try host.store.save(good)
            try isLeftAlone(host, try await drop(host), .projectRenamed)
            host.change {
                $0.container = nil
                $0.beside = [.byHand]
            }
            let worker = try await host.worker()
            try await worker.take(.drop(Array("IMAGE_TAG=v2\n".utf8)), from: Spool(host.app.spool))
            await worker.retire()
            await Task(executorPreference: host.host.executor) { await worker.run() }.value
            #expect(try host.record(3).verdict == .deployed)
            #expect(try host.record(3).project == "shop")
        }
    }
}
