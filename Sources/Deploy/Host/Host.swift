import Docker
import Linux
import NIOCore
import SystemPackage

/// The host that the deployments of all apps share: its Engine, its folders, its clock.
package struct Host: Sendable {
    package let eventLoop: any EventLoop
    package let engine: Engine
    /// The environment that every child process begins with; nothing else of the agent's own is inherited.
    package let environment: [String: String]
    /// The folder of the records (`/var/lib/berth`).
    package let state: FilePath
    /// The folder whose content does not outlive a boot (`/run/berth`).
    package let runtime: FilePath

    package init(
        eventLoop: any EventLoop,
        engine: Engine,
        environment: [String: String],
        state: FilePath,
        runtime: FilePath
    ) {
        self.eventLoop = eventLoop
        self.engine = engine
        self.environment = environment
        self.state = state
        self.runtime = runtime
    }

    package var clock: EventLoopClock { EventLoopClock(eventLoop: eventLoop) }

    /// For a task that has to outlive the one that starts it.
    package var executor: EventLoopExecutor { EventLoopExecutor(eventLoop) }

    /// Keeps the pulls and the prunes of all apps apart.
    package var imageLock: ImageLock { ImageLock(state: state, clock: clock) }

    package var processes: ProcessRunner { ProcessRunner(clock: clock) }

    /// What a `docker compose` in a project folder is given, with a drop's variables.
    func environment(in folder: FilePath, _ variables: [String: String]) -> [String: String] {
        // A folder that is reached by a symbolic link keeps its name: it is the project's, unless the file names one.
        let own = environment.merging(["PWD": folder.string]) { $1 }
        return own.merging(variables) { $1 }
    }

    /// The Docker CLI's own configuration folder for this host: the host's logins, helpers and plugins.
    package var clientConfiguration: FilePath {
        if let folder = environment["DOCKER_CONFIG"] { return FilePath(folder) }
        return FilePath(environment["HOME"] ?? "/").appending(".docker")
    }
}
