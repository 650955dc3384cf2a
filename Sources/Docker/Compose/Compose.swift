import DockerModel
import Linux
import SystemPackage

/// The `docker compose` commands for one project folder, as values.
///
/// Every flag has had the same meaning since ``DockerVersion/oldestCompose``.
package struct Compose: Hashable, Sendable {
    /// The project folder, with the Compose file and `.env`.
    package let directory: FilePath
    /// All variables of Compose's process, including those that the Compose file interpolates.
    package private(set) var environment: [String: String]
    /// Replaces the folder's own Compose file; its relative paths still start at the folder.
    package private(set) var file: FilePath?
    /// Merged into that file.
    package var override: FilePath?
    /// What is started.
    package let program: ComposeProgram

    package init(
        directory: FilePath,
        environment: [String: String],
        file: FilePath? = nil,
        program: ComposeProgram = .cli
    ) {
        self.directory = directory
        self.environment = environment
        self.file = file
        self.program = program
    }

    /// The same with another Compose file.
    package func reading(_ file: FilePath) -> Compose {
        var compose = self
        compose.file = file
        return compose
    }

    /// The same with more variables, or other values.
    package func adding(_ variables: [String: String]) -> Compose {
        var compose = self
        compose.environment.merge(variables) { $1 }
        return compose
    }

    /// The variable by which Go programs collect their garbage more or less often (Go, package `runtime`).
    package static let collector = "GOGC"

    /// Whether ``config()`` and ``pull(_:)-([ServiceName])`` collect less garbage: they take a sixth less time for it, and a few
    /// megabytes more memory. For files that do not name ``collector``; what starts containers never has it.
    package var isQuick = false

    /// Prints Compose's own version, for ``DockerVersion/init(json:)``.
    package func version() -> Command {
        command("version", "--format", "json", timeout: .seconds(30))
    }

    /// Prints the model for ``ComposeModel``; it contains the values of variables, so keep it in memory.
    package func config() -> Command {
        quick(command("config", "--format", "json", timeout: .seconds(60)))
    }

    /// The same, but with the services of every profile and the volumes that only they use.
    package func wholeConfig() -> Command {
        command("--profile", "*", "config", "--format", "json", timeout: .seconds(60))
    }

    /// Prints the merged model as JSON before Compose puts variables into it.
    ///
    /// It can contain values all the same: Compose resolves some variables at once, such as those of an `environment`
    /// that names no value in a file that another one includes. Keep it in memory.
    package func template() -> Command {
        command("config", "--no-interpolate", "--format", "json", timeout: .seconds(60))
    }

    /// The same without the folder's `.env`, for a file that brings its own, and whatever the file's project is.
    package func template(of project: ProjectName) -> Command {
        let options = ["--project-name", project.rawValue, "--env-file", "/dev/null"]
        return command(
            options + ["config", "--no-interpolate", "--no-consistency", "--format", "json"],
            timeout: .seconds(60)
        )
    }

    /// How long one pull may take.
    package static let pullLimit = Duration.seconds(60 * 60)
    /// How long a pull may tell of no progress. It tells several times a second as long as bytes come or layers are unpacked.
    package static let pullSilence = Duration.seconds(15 * 60)

    /// Pulls the images of services, even if the host has images of these names.
    ///
    /// - Parameter services: empty for all.
    package func pull(_ services: [ServiceName] = []) -> Command {
        var pull = quick(command(["pull", "--policy", "always"] + services.map(\.rawValue), timeout: Self.pullLimit))
        pull.silence = Self.pullSilence
        return pull
    }

    /// Pulls an image that is no service's own; `docker compose pull` has no word for it.
    package func pull(_ image: ImageReference) -> Command {
        Command(
            executable: "docker",
            arguments: ["pull", "--quiet", image.rawValue],
            environment: environment,
            directory: directory,
            timeout: Self.pullLimit
        )
    }

    /// Starts all services from local images only, and removes the containers of services that the model no longer has.
    ///
    /// - Parameter limit: how long it may take, which includes the time for services to become healthy that others wait for.
    package func up(within limit: Duration) -> Command {
        command(
            "up",
            "--detach",
            "--remove-orphans",
            "--no-build",
            "--pull",
            "never",
            timeout: limit
        )
    }

    /// Makes the containers of these services anew, from local images only, and leaves all others as they are.
    package func recreate(_ services: [ServiceName]) -> Command {
        command(
            ["up", "--detach", "--no-build", "--pull", "never", "--no-deps", "--force-recreate"]
                + services.map(\.rawValue),
            timeout: .seconds(240)
        )
    }

    /// Starts services that do not run, from local images only. What runs or is stopped is not made anew.
    ///
    /// - Parameter isAwaited: Whether to wait until they are healthy, or run if they have no healthcheck.
    package func start(_ services: [ServiceName], isAwaited: Bool = false, within limit: Duration) -> Command {
        command(
            ["up", "--detach"] + (isAwaited ? ["--wait"] : [])
                + ["--no-recreate", "--no-deps", "--no-build", "--pull", "never"] + services.map(\.rawValue),
            timeout: limit
        )
    }

    /// Starts the containers of services again, as they are.
    package func restart(_ services: Set<ServiceName>) -> Command {
        command(["restart"] + services.map(\.rawValue).sorted(), timeout: .seconds(600))
    }

    /// Runs one command in a new container from the service's image, then removes the container. The services that it
    /// depends on stay as they are.
    ///
    /// - Parameter labels: Labels by which the container can be found while it runs.
    package func run(
        _ command: [String],
        in service: ServiceName,
        labels: [String: String],
        timeout: Duration
    ) -> Command {
        let labels = labels.sorted { $0.key < $1.key }.flatMap { ["--label", "\($0.key)=\($0.value)"] }
        let options = ["--rm", "--no-TTY", "--no-deps"] + labels
        return self.command(["run"] + options + [service.rawValue] + command, timeout: timeout)
    }

    /// Runs one command in the service's first running container.
    package func exec(_ command: [String], in service: ServiceName, timeout: Duration) -> Command {
        self.command(["exec", "--no-TTY", service.rawValue] + command, timeout: timeout)
    }

    private func quick(_ command: Command) -> Command {
        var command = command
        if isQuick, environment[Self.collector] == nil { command.environment[Self.collector] = "400" }
        return command
    }

    private func command(_ arguments: String..., timeout: Duration) -> Command {
        command(arguments, timeout: timeout)
    }

    private func command(_ arguments: [String], timeout: Duration) -> Command {
        let files = [file, file == nil ? nil : override].compactMap { $0 }.flatMap { ["--file", $0.string] }
        let project = files.isEmpty ? [] : ["--project-directory", directory.string] + files
        let docker = Command(
            executable: "docker",
            arguments: ["compose", "--ansi", "never", "--progress", "plain"] + project + arguments,
            environment: environment,
            directory: directory,
            timeout: timeout
        )
        return program.identity.map { docker.starting($0.path) } ?? docker
    }
}

extension Command {
    /// The same by a plugin of the Docker CLI: with all that the CLI gives it, but for the socket by which the CLI would tell
    /// it to stop. A signal does that too.
    fileprivate func starting(_ plugin: FilePath) -> Command {
        var command = self
        command.name = executable
        command.executable = plugin.string
        // By this a plugin knows that its first argument is its own name (docker/cli, `cli-plugins/metadata`).
        command.environment["DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND"] = executable
        return command
    }
}
