import Docker
import DockerModel
import Rules
import Support
import SystemPackage
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

    /// The records of other apps are read once; what this agent puts on record itself is known.
    @Test func anotherAppWithTheSameProjectIsToldOf() async throws {
        try await withStoryHost { host in
            let (blog, wiki) = (try #require(AppName("blog")), try #require(AppName("wiki")))
            let projects = host.host.projects
            for (app, name) in [(blog, "shop"), (wiki, "wiki")] as [(AppName, ProjectName)] {
                let store = Store(app: app, state: host.host.state)
                try store.makeFolders()
                for number in 1...3 {
                    var record = Record(app: app, number: number, received: .now)
                    record.project = number == 2 ? name : nil
                    try store.save(record)
                }
                #expect(projects.project(of: app, store) == name)
                // Immutable once it is there.
                try write("{", to: store.folder.appending("2.json"))
                #expect(projects.project(of: app, store) == name)
            }
            var settings = Settings()
            for name in [blog, wiki] {
                settings.apps[name] = AppSettings(name: name, directory: FilePath("/srv/\(name)"))
            }
            let worker = try await host.worker(settings)
            try await worker.take(.drop(Array("IMAGE_TAG=v2\n".utf8)), from: Spool(host.app.spool))
            await worker.retire()
            await Task(executorPreference: host.host.executor) { await worker.run() }.value
            let told = host.journal.lines.filter { $0.contains("has the project") }
            #expect(told.count == 1 && told[0].contains("app blog has the project shop too"))
            #expect(projects.project(of: host.app.name, host.store) == "shop")
        }
    }
}
