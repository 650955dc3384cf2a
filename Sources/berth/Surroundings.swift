import Glibc
import Linux
import Rules
import SystemPackage

/// What the service manager and the sysadmin tell berth by its environment.
enum Surroundings {
    /// `/var/lib/berth`, or where the unit's `StateDirectory=` is.
    static var state: FilePath { folder("STATE_DIRECTORY") ?? "/var/lib/berth" }

    /// `/run/berth`, or where the unit's `RuntimeDirectory=` is.
    static var runtime: FilePath { folder("RUNTIME_DIRECTORY") ?? "/run/berth" }

    /// The Engine's socket: `DOCKER_HOST` where it names a Unix socket, as for docker itself.
    static var engineSocket: FilePath {
        guard let host = variable("DOCKER_HOST"), host.hasPrefix("unix://") else { return "/var/run/docker.sock" }
        return FilePath(String(host.dropFirst("unix://".count)))
    }

    /// What child processes begin with.
    ///
    /// `DOCKER_HOST` is always set, so that docker and berth ask the same Engine whatever context the host's own
    /// configuration has chosen. Proxies stay, since a credential helper may need them.
    static var childEnvironment: [String: String] {
        var environment = [
            "PATH": variable("PATH") ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": variable("HOME") ?? state.string,
            "DOCKER_HOST": "unix://\(engineSocket)",
        ]
        let inherited = [
            "DOCKER_CONFIG", "LANG", "TZ", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy",
            "no_proxy",
        ]
        for name in inherited { environment[name] = variable(name) }
        return environment
    }

    /// The person who became another user by sudo(8); nil if there is none.
    static var sudoUser: String? {
        variable("SUDO_USER").flatMap { Drop.isWord($0) && $0 != Account.name(of: geteuid()) ? $0 : nil }
    }

    /// The person who runs this command.
    static var person: String { sudoUser ?? Account.name(of: geteuid()) }

    /// Whether a job of GitHub Actions reads what is printed.
    static var isGitHubActions: Bool { variable("GITHUB_ACTIONS") == "true" }

    /// Whether a terminal may be told to write in bold (no-color.org).
    static var allowsStyle: Bool { (variable("NO_COLOR") ?? "").isEmpty && variable("TERM") != "dumb" }

    /// A path as a person has written it, from the root on.
    static func absolute(_ path: String) -> FilePath {
        let here = getcwd(nil, 0)
        defer { free(here) }
        let folder = here.map { FilePath(String(cString: $0)) } ?? "/"
        return folder.pushing(FilePath(path)).lexicallyNormalized()
    }

    /// The first of a list of folders, as systemd.exec(5) writes it.
    private static func folder(_ name: String) -> FilePath? {
        variable(name)?.split(separator: ":").first.map { FilePath(String($0)) }
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
