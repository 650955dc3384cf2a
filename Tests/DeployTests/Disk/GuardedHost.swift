import Docker
import DockerModel
import Glibc
import InMemoryLogging
import Linux
import Logging
import NIOPosix
import Rules
import Support
import Synchronization
import SystemPackage
import Testing

@testable import Deploy

/// A host with an Engine in memory, a state folder, and an app `shop` with a project folder and a fake `docker`.
struct GuardedHost: Sendable {
    /// The host for the code under test.
    let real: Host
    let log: Logger
    let logs: InMemoryLogHandler
    let app: AppSettings
    private let stub: StubEngine
    private let memory: Memory

    fileprivate init(_ folder: FilePath, _ engine: Engine, _ stub: StubEngine, _ memory: Memory) throws {
        let logs = InMemoryLogHandler()
        real = Host(
            eventLoop: MultiThreadedEventLoopGroup.singleton.next(),
            engine: engine,
            environment: ["PATH": folder.appending("bin").string],
            state: folder.appending("state"),
            runtime: folder.appending("run"),
            pluginFolders: []
        )
        log = Logger(label: "test") { _ in logs }
        self.logs = logs
        let name = try #require(AppName("shop"))
        app = AppSettings(name: name, directory: folder.appending("shop"), keep: 0)
        self.stub = stub
        self.memory = memory
        for folder in [real.state, app.directory, folder.appending("bin")] {
            try File.makeFolder(folder, mode: .ownerReadWriteExecute)
        }
        // The shell takes its first argument for a script, and runs the file `compose` in the project folder.
        guard symlink("/bin/sh", folder.appending("bin").appending("docker").string) == 0 else {
            throw Errno(rawValue: errno)
        }
        try makeProject()
    }

    /// - Parameter isFull: whether every filesystem, or none, is fuller than the guard allows.
    func disk(
        isFull: Bool = true,
        volumes: DiskSettings.Volumes = .keep,
        apps: [AppSettings]? = nil
    ) async throws(EngineError) -> DiskGuard {
        var settings = Settings()
        settings.disk.guard = isFull ? 0 : 100
        settings.disk.target = isFull ? 0 : 100
        settings.disk.volumes = volumes
        for app in apps ?? [app] { settings.apps[app.name] = app }
        let real = real
        return DiskGuard(
            session: session,
            info: try await session.info(),
            settings: settings,
            host: real,
            log: log,
            histories: { try await real.histories() }
        )
    }

    var session: EngineSession { EngineSession(engine: real.engine, version: .newest) }

    var deploymentLog: DeploymentLog { DeploymentLog(log, app: app.name) }

    // MARK: - The Engine's state

    /// What the Engine has now.
    var engine: InMemoryEngine { memory.engine.withLock { $0 } }

    var images: [String] { engine.images.map(\.id) }

    func change(_ body: (inout InMemoryEngine) -> Void) { memory.engine.withLock { body(&$0) } }

    /// The requests so far, without those for creating a guard.
    var asked: [String] { stub.asked.map(\.line).filter { $0 != "GET /info" } }

    /// The requests that change the Engine's state.
    var changes: [String] { asked.filter { !$0.hasPrefix("GET ") } }

    var kinds: [String] { logs.entries.compactMap { $0.metadata["MESSAGE_ID"].map { "\($0)" } } }

    var warnings: [String] { logs.entries.filter { $0.level >= .warning }.map { "\($0.message)" } }

    // MARK: - The apps' files

    /// Writes the files of the project folder, and Compose's output for them.
    func makeProject(
        file: String = "services: {}",
        env: String = "",
        config: String = "{}",
        template: String = "{}"
    ) throws {
        try write(file, to: app.directory.appending("docker-compose.yml"))
        try write(env, to: app.directory.appending(".env"))
        let script = "case $* in *--no-interpolate*) echo '\(template)' ;; *) echo '\(config)' ;; esac"
        try write(script, to: app.directory.appending("compose"))
    }

    func store(_ app: AppName? = nil) -> Store { Store(app: app ?? self.app.name, state: real.state) }

    /// Puts a deployment on record, with one image if it got that far.
    @discardableResult
    func record(
        _ number: Int,
        _ verdict: Verdict?,
        image: String? = nil,
        of app: AppName? = nil,
        compose: String? = nil,
        variables: [String: String] = [:]
    ) throws -> Record {
        let store = store(app)
        try store.makeFolders()
        let received = Timestamp(nanoseconds: Int64(number) * 1_000_000_000)
        var record = Record(app: app ?? self.app.name, number: number, received: received)
        record.verdict = verdict
        record.variables = variables
        if let image {
            let id = ImageID(rawValue: image)
            record.services["app"] = Record.Service(
                image: "shop:1",
                imageID: id,
                digest: nil,
                source: nil,
                revision: nil
            )
        }
        if let compose { record.compose = try Store.store(Array(compose.utf8), in: store.composeFile(of: number)) }
        try store.save(record)
        return record
    }
}

/// Shared between a test and the Engine's connections.
private final class Memory: Sendable {
    let engine: Mutex<InMemoryEngine>

    init(_ engine: InMemoryEngine) { self.engine = Mutex(engine) }
}

/// Runs `body` with a new host that has this Engine.
func withGuardedHost(_ engine: InMemoryEngine, _ body: (GuardedHost) async throws -> Void) async throws {
    let memory = Memory(engine)
    let stub = StubEngine { asked in memory.engine.withLock { $0.answer(asked.line, body: asked.body) } }
    try await withTemporaryFolder { folder in
        memory.engine.withLock { $0.root = $0.root ?? folder.string }
        try await withStubEngine(stub) { engine in
            try await body(GuardedHost(folder, engine, stub, memory))
        }
    }
}
