import Docker
import Linux
import NIOCore
import SystemPackage

/// The host that the deployments of all apps share: its Engine, its folders, its clock.
package struct Host: Sendable {
    package let eventLoop: any EventLoop
    /// For a task that must outlive the one that starts it.
    package let executor: EventLoopExecutor
    package let engine: Engine
    /// The base environment of every child process; it inherits nothing else from the agent.
    package let environment: [String: String]
    /// The folder of the records (`/var/lib/berth`).
    package let state: FilePath
    /// The folder that is empty after a boot (`/run/berth`).
    package let runtime: FilePath
    /// Where the Docker CLI looks for plugins that every user has.
    package let pluginFolders: [FilePath]
    /// Keeps the drops of the agent; nil for other commands.
    package var kept: KeptDrops?
    /// What measures the turns of the event loop.
    package let turns: LoopTurns
    /// What has happened on it that the metrics depend on.
    let happenings = Happenings()
    /// What Compose has said of its apps.
    let knowledge = Knowledge()
    /// The Compose projects of its apps.
    let projects = Projects()

    package init(
        eventLoop: any EventLoop,
        engine: Engine,
        environment: [String: String],
        state: FilePath,
        runtime: FilePath,
        pluginFolders: [FilePath],
        turns: LoopTurns = LoopTurns()
    ) {
        self.eventLoop = eventLoop
        executor = EventLoopExecutor(eventLoop)
        self.engine = engine
        self.environment = environment
        self.state = state
        self.runtime = runtime
        self.pluginFolders = pluginFolders
        self.turns = turns
    }

    package var clock: EventLoopClock { EventLoopClock(eventLoop: eventLoop) }

    /// Keeps the pulls and the prunes of all apps apart.
    package var imageLock: ImageLock { ImageLock(state: state, clock: clock) }

    package var processes: ProcessRunner { ProcessRunner(eventLoop: eventLoop) }

    /// `docker compose` in a project folder, with a drop's variables.
    func compose(in folder: FilePath, _ variables: [String: String] = [:], file: FilePath? = nil) -> Compose {
        let program = ComposeProgram.found(
            in: environment["PATH"] ?? "",
            configuration: clientConfiguration,
            systemFolders: pluginFolders
        )
        return Compose(
            directory: folder,
            environment: environment(in: folder, variables),
            file: file,
            program: program
        )
    }

    private func environment(in folder: FilePath, _ variables: [String: String]) -> [String: String] {
        // `PWD` keeps the name of a symbolic link to the folder: Compose derives the project's name from it.
        // An `.env` that lets Compose ignore orphans would make it refuse `--remove-orphans`, in the middle of the switch.
        let own = environment.merging(["PWD": folder.string, "COMPOSE_IGNORE_ORPHANS": "false"]) { $1 }
        return own.merging(variables) { $1 }
    }

    /// The Docker CLI's configuration folder on this host, with logins, helpers and plugins.
    package var clientConfiguration: FilePath {
        if let folder = environment["DOCKER_CONFIG"], !folder.isEmpty { return FilePath(folder) }
        return FilePath(environment["HOME"] ?? "/").appending(".docker")
    }

    /// Makes a folder for files that are needed for a moment; `File.removePrivateFolder` removes it.
    ///
    /// A person who asks for a plan may not write where the agent does.
    func makeScratchFolder() throws(Errno) -> FilePath {
        if let folder = try? File.makePrivateFolder(in: runtime, "scratch-") { return folder }
        return try File.makePrivateFolder(in: "/tmp", "berth-")
    }
}
