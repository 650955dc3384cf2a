import Docker
import DockerModel
import FoundationEssentials
import Glibc
import Linux
import Logging
import NIOPosix
import Rules
import Support
import Synchronization
import SystemPackage
import Systemd
import Testing

@testable import Deploy

/// A host with an app `shop`, whose `docker` is a script and whose Engine is in memory.
///
/// Release v1 is #1; it was deployed and runs if the host has a way back. A drop asks for v2.
final class StoryHost: Sendable {
    let host: Host
    let app: AppSettings
    let journal = Journal()
    let status = StatusLine(ServiceManager())
    /// The number of the drop for v2.
    let number: Int
    private let folder: FilePath
    private let shop: Shop
    private let stub: StubEngine

    fileprivate init(
        _ folder: FilePath,
        _ engine: Engine,
        _ shop: Shop,
        _ stub: StubEngine,
        hasWayBack: Bool,
        policy: String,
        hasPlugin: Bool
    ) throws {
        self.folder = folder
        self.shop = shop
        self.stub = stub
        number = hasWayBack ? 2 : 1
        host = Host(
            eventLoop: MultiThreadedEventLoopGroup.singleton.next(),
            engine: engine,
            environment: ["PATH": folder.appending("bin").string, "DOCKER_HOST": "unix:///nowhere"],
            state: folder.appending("state"),
            runtime: folder.appending("run"),
            pluginFolders: hasPlugin ? [folder.appending("plugins")] : []
        )
        app = AppSettings(
            name: try #require(AppName("shop")),
            directory: folder.appending("shop"),
            spool: folder.appending("spool"),
            backups: folder.appending("backups").appending("shop")
        )
        for folder in [app.directory, app.spool, host.state, host.runtime, folder.appending("bin")] {
            try File.makeFolder(folder, mode: .ownerReadWriteExecute)
        }
        try write("services: {}", to: app.directory.appending("docker-compose.yml"))
        try write("", to: app.directory.appending(".env"))
        change { [app] in $0.directory = app.directory.string }
        if hasWayBack { try makeGoodRelease() }
        try File.replace(
            docker,
            with: Array(Self.docker(folder, policy).utf8),
            mode: [.ownerReadWriteExecute]
        )
        if hasPlugin { try makePlugin() }
    }

    /// Makes a program of the plugin, as berth takes no script for one: a shell, whose first argument, `compose`, is then the
    /// name of its script.
    private func makePlugin() throws {
        try File.replace(app.directory.appending("compose"), with: File.read(docker), mode: .ownerReadWriteExecute)
        try File.makeFolder(folder.appending("plugins"), mode: .ownerReadWriteExecute)
        for program in [docker, plugin] {
            try File.replace(program, with: File.read("/bin/sh"), mode: .ownerReadWriteExecute)
        }
    }

    /// The Docker CLI.
    var docker: FilePath { folder.appending("bin").appending("docker") }

    /// The program that a host with a plugin has for Compose.
    var plugin: FilePath { folder.appending("plugins").appending("docker-compose") }

    /// The scripted `docker compose`: it records the command, and fails if a file says so.
    private static func docker(_ folder: FilePath, _ policy: String) -> String {
        """
        #!/bin/sh
        case "$*" in
            *--no-interpolate*) verb=template ;;
            *"config --format json") verb=config ;;
            *" version "*) verb=version ;;
            *" pull "*) verb=pull ;;
            *" up "*--no-recreate*) verb=start ;;
            *" up "*) verb=up ;;
            *" run "*) verb=run ;;
            "pull "*) verb=fetch ;;
            *" exec "*) verb=exec ;;
            *" restart "*) verb=restart ;;
        esac
        echo "$*" >>"\(folder)/commands"
        echo "$verb ${GOGC-}" >>"\(folder)/collectors"
        case $verb in
            run | exec)
                IFS= read -r line
                printf %s "$line" >"\(folder)/input"
                line=
                [ ! -e "\(folder)/output" ] || IFS= read -r line <"\(folder)/output"
                printf %s "$line"
                ;;
        esac
        if [ -e "\(folder)/fail $verb $IMAGE_TAG" ]; then
            IFS= read -r line <"\(folder)/fail $verb $IMAGE_TAG" || line="$verb of $IMAGE_TAG fails"
            echo "$line" >&2
            exit 1
        fi
        if [ -p "\(folder)/hang $verb $IMAGE_TAG" ]; then
            echo "$verb of $IMAGE_TAG hangs" >&2
            IFS= read -r line <"\(folder)/hang $verb $IMAGE_TAG"
        fi
        case $verb in
            run)
                echo "$verb $IMAGE_TAG" >>"\(folder)/did"
                for file; do
                    case $file in
                        */override.yaml) while IFS= read -r line; do echo "$line"; done <"$file" >"\(folder)/override" ;;
                    esac
                done
                ;;
            fetch)
                echo "$*" >>"\(folder)/fetched"
                echo "fetch $3" >>"\(folder)/did"
                ;;
            version)
                version=2.40.3
                [ ! -e "\(folder)/version" ] || IFS= read -r version <"\(folder)/version" || :
                echo '{"version":"'$version'"}'
                ;;
            template)
                template='{"services":{}}'
                [ ! -e "\(folder)/template" ] || IFS= read -r template <"\(folder)/template" || :
                echo "$template"
                ;;
            config)
                members=
                [ ! -e "\(folder)/members" ] || IFS= read -r members <"\(folder)/members" || :
                services='{"app":{"image":"shop:'$IMAGE_TAG'"'$members'}}'
                networks='{"default":{"name":"shop_default"}}'
                echo '{"name":"shop","services":'"$services"',"networks":'"$networks"',"x-berth":\(policy)}'
                ;;
            *) echo "$verb $IMAGE_TAG" >>"\(folder)/did" ;;
        esac
        """
    }

    static let policy = """
        {"health":{"failFast":true},"steps":[{"name":"migrate","service":"app","command":["true"],"when":"before"},\
        {"name":"sync","service":"app","command":["true"],"when":"after"}]}
        """

    // MARK: - State

    /// The Engine's state now.
    var engine: ShopEngine { shop.read(did) }

    /// The requests to the Engine, in order: `GET /info`.
    var asked: [String] { stub.asked.map(\.line) }

    func change(_ body: (inout ShopEngine) -> Void) { shop.change(did, body) }

    /// The commands that change something, in order: `pull v2`.
    var did: [String] {
        text(of: "did").split(separator: "\n").map(String.init)
    }

    /// The second Compose file of the last step before the switch.
    var override: String { text(of: "override") }

    /// The whole command lines of `docker`, in order.
    var commands: [String] { text(of: "commands").split(separator: "\n").map(String.init) }

    /// The verb of each command, with the value of GOGC that it has.
    var collectors: [String] { text(of: "collectors").split(separator: "\n").map(String.init) }

    /// What was pulled without Compose.
    var fetched: [String] { text(of: "fetched").split(separator: "\n").map(String.init) }

    private func text(of name: String) -> String {
        String(decoding: (try? File.read(folder.appending(name))) ?? [], as: UTF8.self)
    }

    /// Adds members to the service in the Compose model: `,"pull_policy":"never"`.
    func addToService(_ members: String) throws { try write(members, to: folder.appending("members")) }

    /// What Compose prints of the Compose file before it puts variables into it: one line.
    func setTemplate(_ text: String) throws { try write(text, to: folder.appending("template")) }

    /// What Compose tells as its version.
    func setVersion(_ version: String) throws { try write(version, to: folder.appending("version")) }

    /// Lets a command fail, for one release, with a line of its own.
    func fail(_ command: String, saying line: String? = nil) throws {
        try write(line.map { "\($0)\n" } ?? "", to: folder.appending("fail \(command)"))
    }

    func stopFailing(_ command: String) { unlink(folder.appending("fail \(command)").string) }

    /// What each step writes to its standard output: one line.
    func setOutput(_ text: String) throws { try write(text, to: folder.appending("output")) }

    /// The standard input of the last step.
    var input: String { String(decoding: (try? File.read(folder.appending("input"))) ?? [], as: UTF8.self) }

    /// The files in the folder of the backups, hidden ones too.
    var backups: [String] { ((try? File.names(in: app.backups)) ?? []).sorted() }

    var store: Store { Store(app: app.name, state: host.state) }

    func record(_ number: Int) throws -> Record { try store.record(number) }

    /// Release v1 as it was deployed.
    private func makeGoodRelease() throws {
        try store.makeFolders()
        var record = Record(app: app.name, number: 1, received: .now)
        record.project = "shop"
        record.verdict = .deployed
        record.variables = ["IMAGE_TAG": "v1"]
        record.services["app"] = Record.Service(
            image: "shop:v1",
            imageID: "sha256:v1",
            digest: nil,
            source: nil,
            revision: nil
        )
        record.compose = try Store.store(Array("services: {}\n".utf8), in: store.composeFile(of: 1))
        try store.save(record)
        change { engine in
            engine.names["shop:v1"] = "sha256:v1"
            engine.names["berth/shop/app:1"] = "sha256:v1"
            engine.container = ShopEngine.Container(id: "container0", image: "sha256:v1")
        }
    }

    /// Adds an image to release v1.
    func addToGoodRelease(_ use: ImageUse, _ image: ImageReference, _ id: ImageID) throws {
        var record = try record(1)
        record.images = [use: Record.Service(image: image, imageID: id, digest: nil, source: nil, revision: nil)]
        try store.save(record)
    }

    // MARK: - Actions

    /// - Parameter descriptors: where the agent keeps its drops; without it, it has no service manager.
    func worker(
        _ settings: Settings = Settings(),
        notify: [String] = [],
        keepsIn descriptors: DescriptorsInMemory? = nil,
        isHandedOn: Bool = false
    ) async throws -> Worker {
        var settings = settings
        var app = app
        app.notify = notify
        settings.apps[app.name] = app
        var host = host
        host.kept = descriptors.map { KeptDrops(in: $0, on: host.eventLoop) }
        host.kept?.areHandedOn = isHandedOn
        let log = Logger(label: "test") { [journal] _ in journal }
        return try await Worker(
            app: app,
            settings: settings,
            host: host,
            status: status,
            log: log,
            leftHolds: LeftHolds(on: host, log),
            histories: { [host] in try await host.histories() }
        )
    }

    /// Puts a record without a verdict in the place of one that has ended.
    func reopen(_ record: Record) throws {
        unlink(folder.appending("state/shop/history").string)
        try File.replace(
            store.folder.appending("\(record.number).json"),
            with: record.json(),
            mode: [.ownerReadWrite, .groupRead]
        )
    }

    /// Makes each save of a record fail from now on, as on a full disk.
    func blockSaving(_ number: Int) throws {
        try File.makeFolder(store.folder.appending("\(number).json.new"), mode: .ownerReadWriteExecute)
    }

    func unblockSaving(_ number: Int) throws {
        rmdir(store.folder.appending("\(number).json.new").string)
    }

    /// Lets the service mount a folder of the app read-only.
    func mount(_ name: String) throws {
        let source = app.directory.appending(name)
        try addToService(#","volumes":[{"type":"bind","source":"\#(source)","target":"/x","read_only":true}]"#)
    }

    /// Saves the state of the disk and the Engine now, as a kill would leave it.
    func snapshot() throws -> Snapshot {
        let state = folder.appending("state at \(UInt32.random(in: 0...UInt32.max))")
        try FileManager.default.copyItem(atPath: host.state.string, toPath: state.string)
        return Snapshot(state: state, engine: engine)
    }

    struct Snapshot: Sendable {
        fileprivate let state: FilePath
        fileprivate let engine: ShopEngine
    }

    func restore(_ snapshot: Snapshot) throws {
        try FileManager.default.removeItem(atPath: host.state.string)
        try FileManager.default.moveItem(atPath: snapshot.state.string, toPath: host.state.string)
        unlink(folder.appending("did").string)
        shop.reset(snapshot.engine)
    }
}

/// The Engine, shared between a test and its connections; the next request sees the effects of `docker`.
private final class Shop: Sendable {
    private let state: Mutex<(engine: ShopEngine, applied: Int)>

    init(_ engine: ShopEngine) { state = Mutex((engine, 0)) }

    func read(_ did: [String]) -> ShopEngine { change(did) { $0 } }

    @discardableResult
    func change<Value: Sendable>(_ did: [String], _ body: (inout ShopEngine) -> Value) -> Value {
        state.withLock { state in
            for effect in did.dropFirst(state.applied) { state.engine.apply(effect) }
            state.applied = max(state.applied, did.count)
            return body(&state.engine)
        }
    }

    func reset(_ engine: ShopEngine) { state.withLock { $0 = (engine, 0) } }
}

/// Runs `body` with a new host.
///
/// - Parameters:
///   - hasWayBack: whether release v1 was deployed and runs.
///   - hasPlugin: whether Compose is a program of its own; otherwise `docker` starts it.
func withStoryHost(
    hasWayBack: Bool = true,
    policy: String = StoryHost.policy,
    hasPlugin: Bool = false,
    _ body: (StoryHost) async throws -> Void
) async throws {
    try await withTemporaryFolder(isInMemory: true) { folder in
        let shop = Shop(ShopEngine())
        let file = folder.appending("did")
        let stub = StubEngine { asked in
            let bytes = (try? File.read(file)) ?? []
            let did = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
            return shop.change(did) { $0.answer(asked.line, body: asked.body) }
        }
        try await withStubEngine(stub) { engine in
            try await body(
                StoryHost(folder, engine, shop, stub, hasWayBack: hasWayBack, policy: policy, hasPlugin: hasPlugin)
            )
        }
    }
}
