import Linux
import SystemPackage
import Testing

@testable import Docker
@testable import DockerModel

@Suite("Compose")
struct ComposeTests {
    private let compose = Compose(directory: "/srv/shop", environment: ["PATH": "/usr/bin", "IMAGE_TAG": "7"])

    @Test("its commands, word for word")
    func commands() {
        let common = "docker compose --ansi never --progress plain "
        #expect(compose.version().description == common + "version --format json")
        #expect(compose.config().description == common + "config --format json")
        #expect(compose.wholeConfig().description == common + "--profile * config --format json")
        #expect(compose.template().description == common + "config --no-interpolate --format json")
        #expect(
            compose.template(of: "shop").description == common
                + "--project-name shop --env-file /dev/null config --no-interpolate --no-consistency --format json"
        )
        #expect(compose.pull().description == common + "pull --policy always")
        #expect(compose.pull(["app", "web"]).description == common + "pull --policy always app web")
        #expect(compose.pull("acme/assets:7").description == "docker pull --quiet acme/assets:7")
        #expect(
            compose.recreate(["app"]).description == common
                + "up --detach --no-build --pull never --no-deps --force-recreate app"
        )
        #expect(
            compose.up(within: .seconds(900)).description == common
                + "up --detach --remove-orphans --no-build --pull never"
        )
        #expect(
            Compose(directory: "/srv/shop", environment: [:], file: "/var/lib/berth/shop/compose/6.yaml")
                .up(within: .seconds(900)).description == common
                + "--project-directory /srv/shop --file /var/lib/berth/shop/compose/6.yaml "
                + "up --detach --remove-orphans --no-build --pull never"
        )
    }

    /// With the folder's own file, and with that of a release.
    @Test("its steps, word for word", arguments: [nil, FilePath("/var/lib/berth/shop/compose/6.yaml")])
    func steps(file: FilePath?) {
        let compose = Compose(directory: "/srv/shop", environment: ["PATH": "/usr/bin"], file: file)
        let project = file.map { "--project-directory /srv/shop --file \($0) " } ?? ""
        let common = "docker compose --ansi never --progress plain " + project
        let run = { (command: [String], labels: [String: String]) in
            compose.run(command, in: "app", labels: labels, timeout: .seconds(5))
        }
        #expect(run(["migrate"], [:]).description == common + "run --rm --no-TTY --no-deps app migrate")
        #expect(
            run(["npm", "run", "migrate"], ["b": "2", "a": "1=x"]).description
                == common + "run --rm --no-TTY --no-deps --label a=1=x --label b=2 app npm run migrate"
        )
        let up = common + "up --detach "
        let rest = "--no-recreate --no-deps --no-build --pull never cache db"
        #expect(compose.start(["cache", "db"], within: .zero).description == up + rest)
        #expect(compose.start(["cache", "db"], isAwaited: true, within: .zero).description == up + "--wait " + rest)
        let exec = compose.exec(["npm", "run", "sync"], in: "app", timeout: .seconds(7))
        #expect(exec.description == common + "exec --no-TTY app npm run sync")
        #expect(run([], [:]).timeout == .seconds(5) && exec.timeout == .seconds(7))
        #expect(exec.environment == ["PATH": "/usr/bin"] && exec.directory == "/srv/shop")
    }

    @Test("a step's override comes after the release's file")
    func override() {
        var compose = Compose(directory: "/srv/shop", environment: [:], file: "/state/6.yaml")
        compose.override = "/run/berth/step-1/override.yaml"
        let run = compose.run(["true"], in: "app", labels: [:], timeout: .zero)
        let files = "--project-directory /srv/shop --file /state/6.yaml --file /run/berth/step-1/override.yaml "
        #expect(
            run.description
                == "docker compose --ansi never --progress plain \(files)run --rm --no-TTY --no-deps app true"
        )
    }

    @Test("what a step's override says")
    func overrideText() throws {
        let model = try ComposeModel(
            json: Array(
                #"""
                {"name":"shop","services":{"app":{"image":"shop:1"},"db":{"image":"db:1","pull_policy":"always"},
                "proxy":{"provider":{"type":"tunnel"}}},
                "networks":{"default":{"name":"shop_default"},"new":{"name":"shop_new"},
                "theirs":{"name":"theirs","external":true}}}
                """#.utf8
            )
        )
        let existing: Set = ["shop_default", "shop_old", "theirs"]
        let text = try ComposeOverride(stepIn: "app", "sha256:7", of: model, existing: existing).text()
        #expect(
            String(decoding: text, as: UTF8.self) == #"""
                services: {"app":{"image":"sha256:7","pull_policy":"never"},"db":{"pull_policy":"never"}}
                networks:
                  "default": !override {"external":true,"name":"shop_default"}

                """#
        )
    }

    @Test("an override of images alone")
    func imageOverride() throws {
        let text = try ComposeOverride(images: ["b": "sha256:2", "a": "sha256:1"]).text()
        let services = #"services: {"a":{"image":"sha256:1"},"b":{"image":"sha256:2"}}"#
        #expect(String(decoding: text, as: UTF8.self) == services + "\n")
    }

    @Test("a step's arguments are neither split nor taken for options")
    func words() {
        let command = ["sh", "-c", "echo \"$A\" && exit 3", "--rm", ""]
        #expect(compose.exec(command, in: "app", timeout: .zero).arguments.suffix(6) == ["app"] + command)
        let run = compose.run(
            command,
            in: "app",
            labels: ["berth.step": "shop/7/two words"],
            timeout: .zero
        )
        #expect(run.arguments.suffix(8) == ["--label", "berth.step=shop/7/two words", "app"] + command)
    }

    @Test("one of its commands, as a whole")
    func command() {
        var expected = Command(
            executable: "docker",
            arguments: ["compose", "--ansi", "never", "--progress", "plain", "pull", "--policy", "always"],
            environment: ["PATH": "/usr/bin", "IMAGE_TAG": "7"],
            directory: "/srv/shop",
            timeout: .seconds(3_600)
        )
        // It tells of its progress all the time, so one that is silent hangs.
        expected.silence = .seconds(900)
        #expect(compose.pull() == expected)
    }

    /// Compose must get what the Docker CLI would give it, but it is called by the name that a person knows.
    @Test("one of its commands by the plugin itself, and docker pull by the Docker CLI")
    func plugin() throws {
        // Any file.
        let file = try File.Identity("/proc/self/exe")
        let compose = Compose(
            directory: compose.directory,
            environment: compose.environment,
            program: .plugin(file)
        )
        let pull = compose.pull()
        #expect(pull.executable == "/proc/self/exe" && pull.arguments == self.compose.pull().arguments)
        #expect(
            pull.environment
                == ["PATH": "/usr/bin", "IMAGE_TAG": "7", "DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND": "docker"]
        )
        #expect(pull.directory == "/srv/shop" && pull.timeout == .seconds(3_600))
        #expect(pull.description == self.compose.pull().description)
        #expect(compose.pull("acme/assets:7") == self.compose.pull("acme/assets:7"))
        let other = compose.adding(["DOCKER_CONFIG": "/run/x", "IMAGE_TAG": "8"]).reading("/state/6.yaml")
        #expect(other.environment == ["PATH": "/usr/bin", "IMAGE_TAG": "8", "DOCKER_CONFIG": "/run/x"])
        #expect(other.file == "/state/6.yaml" && other.program == .plugin(file))
    }

    @Test(
        "its version, in all notations",
        arguments: [
            ("2.26.1-4", "2.26.1"), ("v2.40.3", "2.40.3"), ("5.0.0", "5.0.0"), ("2.22", "2.22.0"),
            ("v2.40.3-desktop.1", "2.40.3"), ("2.29.7+ds1", "2.29.7"),
        ]
    )
    func version(text: String, expected: String) {
        #expect(DockerVersion(text)?.description == expected)
        #expect(DockerVersion(json: Array(#"{"version":"\#(text)"}"#.utf8))?.description == expected)
    }

    @Test("not a version", arguments: ["", "v", "2", "two", "2..1", "dev"])
    func notVersion(text: String) {
        #expect(DockerVersion(text) == nil)
    }

    @Test("versions compare by their numbers")
    func order() {
        let versions = ["2.9.0", "2.24.7", "2.25.0", "2.26.1", "5.0.0"].compactMap { DockerVersion($0) }
        #expect(versions.sorted() == versions)
        #expect(versions.filter { $0 < .oldestCompose }.count == 2)
    }

    private static let json = """
        {"name":"shop","services":{
        "backend":{"image":"ghcr.io/acme/backend:7","restart":"unless-stopped","environment":{"DATABASE_URL":"x"},
        "depends_on":{"db":{"condition":"service_healthy","required":true},
        "migrate":{"condition":"service_completed_successfully","required":true},
        "cache":{"condition":"service_started","required":false}},
        "healthcheck":{"test":["CMD","true"],"interval":"10s"},"networks":{"default":null}},
        "migrate":{"image":"ghcr.io/acme/backend:7","restart":"on-failure:3","healthcheck":{"disable":true}},
        "worker":{"build":{"context":"/srv/shop"},"deploy":{"replicas":3},"healthcheck":{"test":["NONE"]}},
        "cache":{"image":"redis","scale":2},"idle":{"image":"busybox","deploy":{"replicas":0}}},
        "networks":{"default":{"name":"shop_default"}},
        "x-berth":{"health":{"timeout":"120s"},"rollback":"never"},"x-null":null}
        """

    @Test("its model")
    func model() throws {
        let model = try ComposeModel(json: Array(Self.json.utf8))
        #expect(model.name == "shop")
        #expect(model.services.keys.sorted() == ["backend", "cache", "idle", "migrate", "worker"])
        let backend = try #require(model.services["backend"])
        #expect(backend.image == "ghcr.io/acme/backend:7" && backend.replicas == 1)
        let worker = try #require(model.services["worker"])
        #expect(worker.image == nil && worker.replicas == 3)
        #expect(model.services["cache"]?.replicas == 2)
        #expect(model.services["idle"]?.replicas == 0)
    }

    @Test("all its images")
    func images() throws {
        let model = try ComposeModel(
            json: Array(
                #"""
                {"name":"shop","services":{
                "app":{"image":"shop:1","volumes":[{"type":"image","source":"assets:1","target":"/assets"},
                {"type":"image","source":"worker","target":"/worker"},{"type":"bind","source":"/srv","target":"/srv"}],
                "pre_start":[{"command":["true"]},{"image":"tools:1","command":["true"]}],
                "post_start":[{"command":["true"]}]},
                "worker":{"build":{"context":"/srv/shop"}},"proxy":{"provider":{"type":"tunnel"}}}}
                """#.utf8
            )
        )
        #expect(
            model.images == [
                "app": "shop:1", "app:/assets": "assets:1", "app:pre_start.1": "tools:1", "worker": "shop-worker",
            ]
        )
        let services = model.images.keys.filter { $0.isService }
        #expect(services.sorted() == ["app", "worker"])
        #expect(Set(model.images.keys.map { $0.service }) == ["app", "worker"])
    }

    @Test("its extensions")
    func policy() throws {
        struct Policy: Decodable, Equatable { var rollback: String }
        struct Wrong: Decodable { var rollback: Int }
        let model = try ComposeModel(json: Array(Self.json.utf8))
        #expect(try model.policy(Policy.self, key: "x-berth") == Policy(rollback: "never"))
        #expect(try model.policy(Policy.self, key: "x-null") == nil)
        #expect(try model.policy(Policy.self, key: "x-other") == nil)
        let error = #expect(throws: ComposeModelError.self) { try model.policy(Wrong.self, key: "x-berth") }
        #expect(error?.subject == "x-berth in the Compose file")
        #expect(error?.problem.hasPrefix("rollback: ") == true)
    }

    @Test("not a model", arguments: ["", "[]", "{}", #"{"name":"a","services":{"b":{"image":1}}}"#])
    func notModel(json: String) {
        #expect(throws: ComposeModelError.self) { try ComposeModel(json: Array(json.utf8)) }
    }
}
