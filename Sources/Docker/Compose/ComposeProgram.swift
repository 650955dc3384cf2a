import Linux
import SystemPackage

/// What is started for a ``Compose`` command.
package enum ComposeProgram: Hashable, Sendable {
    /// The Docker CLI, which then looks for Compose and starts it. That takes 60 to 90 ms longer for each command.
    case cli
    /// Compose itself, which is a plugin of the Docker CLI.
    case plugin(File.Identity)

    /// Which file Compose is; nil if only the Docker CLI knows.
    package var identity: File.Identity? {
        guard case .plugin(let identity) = self else { return nil }
        return identity
    }
}

extension ComposeProgram {
    /// Where plugins are that every user has, in the Docker CLI's order (docker/cli, `cli-plugins/manager/manager_unix.go`).
    package static let systemFolders: [FilePath] = [
        "/usr/local/lib/docker/cli-plugins",
        "/usr/local/libexec/docker/cli-plugins",
        "/usr/lib/docker/cli-plugins",
        "/usr/libexec/docker/cli-plugins",
    ]

    /// Finds the plugin that the Docker CLI would start now.
    ///
    /// It takes a few system calls and reads one small file. So look anew for each release, for Compose may have been
    /// upgraded since the last one.
    ///
    /// - Parameters:
    ///   - searchPath: The `PATH` in which `docker` is.
    ///   - configuration: The Docker CLI's configuration folder.
    ///   - systemFolders: Searched after those of the configuration.
    package static func found(
        in searchPath: String,
        configuration: FilePath,
        systemFolders: [FilePath]
    ) -> ComposeProgram {
        guard isDockersOwn(searchPath), let extraFolders = extraFolders(configuration) else { return .cli }
        for folder in extraFolders + [configuration.appending("cli-plugins")] + systemFolders {
            guard folder.isAbsolute else { return .cli }
            let plugin = folder.appending("docker-compose")
            guard File.exists(plugin) else { continue }
            // The first of that name decides. What is wrong with it, the Docker CLI tells.
            guard isBinary(plugin), let identity = try? File.Identity(plugin) else { return .cli }
            return .plugin(identity)
        }
        return .cli
    }

    /// Whether `docker` is Docker's own program. A script, Podman or a snap may do more than to start the plugin, such as to
    /// choose another Engine.
    private static func isDockersOwn(_ searchPath: String) -> Bool {
        guard let docker = File.program("docker", in: searchPath), let file = try? File.resolved(docker) else {
            return false
        }
        return file.lastComponent?.string == "docker" && isBinary(file)
    }

    /// Whether a file may be executed and is no script, which would start something of which nothing is known here.
    private static func isBinary(_ file: FilePath) -> Bool {
        let magic = [0x7F] + Array("ELF".utf8)
        return File.isProgram(file) && (try? File.beginning(of: file, count: magic.count)) == magic
    }

    /// The folders that `config.json` names; nil if it cannot be read.
    private static func extraFolders(_ configuration: FilePath) -> [FilePath]? {
        do {
            return try ClientConfiguration.pluginFolders(in: File.read(configuration.appending("config.json")))
        } catch {
            return error as? Errno == .noSuchFileOrDirectory ? [] : nil
        }
    }
}
