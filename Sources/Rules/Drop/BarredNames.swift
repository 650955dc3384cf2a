/// The names that a drop may not set, because they would steer berth or a program that it starts, not the app.
///
/// berth starts `docker` and the Compose plugin, which may start credential helpers, `git` (for a remote `include`) and
/// their children. A drop's variables are in the environment of all of them. Without this list, a drop could run code as
/// berth, or direct it to another Engine, project or registry.
package enum BarredNames {
    /// Names that are barred for the same reason.
    package struct Group: Sendable {
        package let reason: String
        package let names: Set<String>
        package let prefixes: [String]

        init(_ reason: String, names: Set<String> = [], prefixes: [String] = []) {
            self.reason = reason
            self.names = names
            self.prefixes = prefixes
        }

        func bars(_ name: String) -> Bool {
            names.contains(name) || prefixes.contains { name.hasPrefix($0) }
        }
    }

    /// Why the name is barred; nil if a drop may set it.
    package static func reason(for name: String) -> String? {
        groups.first { $0.bars(name) }?.reason
    }

    // `ENV` is allowed, because the script's own drops carry it. Only an interactive shell reads it (POSIX sh), and
    // berth starts none.
    package static let groups: [Group] = [
        Group("it chooses the Engine, the credentials or the behaviour of the docker command", prefixes: ["DOCKER_"]),
        Group("it chooses the project, the files or the behaviour of Compose", prefixes: ["COMPOSE_"]),
        Group("it steers image builds", prefixes: ["BUILDKIT_", "BUILDX_"]),
        Group(
            "it decides which programs are found and where they keep their settings",
            names: ["PATH", "HOME", "SHELL", "USER", "LOGNAME", "PWD", "OLDPWD", "TMPDIR", "TMP", "TEMP"],
            prefixes: ["XDG_"]
        ),
        // ld.so(8) ignores these for set-user-ID programs, for the same reason.
        Group(
            "it steers the dynamic linker and the C library",
            names: [
                "GCONV_PATH", "GETCONF_DIR", "GLIBC_TUNABLES", "HOSTALIASES", "LOCALDOMAIN", "LOCPATH", "NIS_PATH",
                "NLSPATH", "RESOLV_HOST_CONF", "RES_OPTIONS", "TZDIR",
            ],
            prefixes: ["LD_", "MALLOC_"]
        ),
        Group(
            "a shell that a tool starts would act on it",
            names: ["IFS", "CDPATH", "PS4", "PROMPT_COMMAND", "GLOBIGNORE", "POSIXLY_CORRECT", "ZDOTDIR"],
            prefixes: ["BASH"]
        ),
        Group(
            "a shell sets it itself and refuses to take it from a file",
            names: ["UID", "EUID", "PPID", "SHELLOPTS", "OPTIND"]
        ),
        Group(
            "it steers the Go runtime, in which docker and Compose are written",
            names: [
                "GODEBUG", "GOGC", "GOMAXPROCS", "GOMEMLIMIT", "GORACE", "GOROOT", "GOTRACEBACK", "GOCOVERDIR",
            ]
        ),
        Group(
            "it loads code into an interpreter that a credential helper may be written for",
            names: [
                "NODE_OPTIONS", "NODE_PATH", "NODE_EXTRA_CA_CERTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS",
                "_JAVA_OPTIONS", "CLASSPATH", "PERLLIB", "PHPRC", "PHP_INI_SCAN_DIR", "LUA_PATH", "LUA_CPATH",
            ],
            prefixes: ["PYTHON", "PERL5", "RUBY", "GEM_", "BUNDLE_", "LUA_INIT", "DOTNET_", "CORECLR_"]
        ),
        Group(
            "it sets the proxy or the trusted certificates for the registry",
            names: [
                "HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy",
                "ftp_proxy", "all_proxy", "no_proxy", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "KRB5_CONFIG",
                "KRB5CCNAME",
            ],
            prefixes: ["SSL_", "OPENSSL_"]
        ),
        Group(
            "git, which fetches a Compose file's remote includes, would run commands from it",
            names: ["EDITOR", "VISUAL", "PAGER", "BROWSER"],
            prefixes: ["GIT_", "SSH_"]
        ),
        Group(
            "it steers the host's credential helpers",
            names: [
                "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_PROFILE", "AWS_SDK_LOAD_CONFIG",
                "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                "AWS_EC2_METADATA_SERVICE_ENDPOINT", "DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS",
                "GNUPGHOME", "GPG_AGENT_INFO", "KUBECONFIG", "GOOGLE_APPLICATION_CREDENTIALS",
                "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES", "AWS_CA_BUNDLE", "AWS_WEB_IDENTITY_TOKEN_FILE",
                "AWS_ROLE_ARN", "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT",
            ],
            prefixes: ["AWS_ENDPOINT_URL", "AWS_ECR_", "AZURE_", "CLOUDSDK_", "MSI_", "PASSWORD_STORE_"]
        ),
        Group("it decides where the docker command sends its traces", prefixes: ["OTEL_"]),
        Group(
            "it belongs to the service manager's protocol with berth",
            names: [
                "NOTIFY_SOCKET", "MAINPID", "MANAGERPID", "JOURNAL_STREAM", "INVOCATION_ID", "CREDENTIALS_DIRECTORY",
                "RUNTIME_DIRECTORY", "STATE_DIRECTORY", "CACHE_DIRECTORY", "LOGS_DIRECTORY", "CONFIGURATION_DIRECTORY",
                "FDSTORE",
            ],
            prefixes: ["WATCHDOG_", "LISTEN_", "SYSTEMD_"]
        ),
    ]
}
