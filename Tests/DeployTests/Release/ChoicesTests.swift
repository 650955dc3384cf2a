import Docker
import DockerModel
import Rules
import Testing

/// What a drop's variables choose in a Compose file.
@Suite struct ChoicesTests {
    private func choices(_ template: String, _ model: String, environment: String = "") throws -> Choices {
        Choices(
            template: try JSON(bytes: Array(template.utf8)),
            model: try JSON(bytes: Array(model.utf8)),
            images: try ComposeModel(json: Array(model.utf8)).images,
            names: ["TAG", "OWNER"],
            environment: environment
        )
    }

    private func images(_ written: String, _ value: String, environment: String = "") throws -> [String] {
        try choices(
            #"{"services":{"app":{"image":"\#(written)"}}}"#,
            #"{"name":"shop","services":{"app":{"image":"\#(value)"}}}"#,
            environment: environment
        ).images.map(\.reference.rawValue)
    }

    @Test(
        arguments: [
            // A tag or a digest is free.
            ("app:${TAG}", "app:v2", false), ("ghcr.io/acme/app:${TAG:-latest}", "ghcr.io/acme/app:v2", false),
            ("host:5000/app:v${TAG}-x", "host:5000/app:v2-x", false), ("app@${TAG}", "app@sha256:aa", false),
            ("app:${TAG}", "app:v2@sha256:aa", false), ("app:1", "app:1", false), ("${OTHER}/app:1", "b/app:1", false),
            // A repository is not.
            ("ghcr.io/${OWNER:-acme}/app", "ghcr.io/evil/app", true), ("app:${TAG}", "app:5000/evil", true),
            ("app${TAG}", "app/evil", true), ("${TAG}", "evil", true), ("$OWNER/app:1", "evil/app:1", true),
            ("${OTHER:-${OWNER}}/app:1", "evil/app:1", true), ("app:${TAG}/x", "app:5000/x", true),
            ("host:${TAG}", "host:5000/evil:1", true),
        ] as [(String, String, Bool)]
    )
    func aRepositoryThatAVariableMakesIsAChoice(written: String, value: String, isChoice: Bool) throws {
        #expect(try images(written, value) == (isChoice ? [value] : []))
    }

    @Test func variablesOfEnvThatUseThoseOfTheDropCountToo() throws {
        let environment = "A=${OWNER}/x\nB=\"pre ${A}\"\nexport C: $B\nD=1\n"
        for name in ["A", "B", "C"] {
            #expect(try images("${\(name)}/app", "evil/app", environment: environment) == ["evil/app"])
        }
        let lines = "A=\"one\n${OWNER}/x\"\nB='\n${A}'\n"
        #expect(try images("${B}/app", "evil/app", environment: lines) == ["evil/app"])
        #expect(try images("${D}/app", "1/app", environment: environment).isEmpty)
        #expect(try images("$${OWNER}/app", "${OWNER}/app").isEmpty)
    }

    @Test func imagesOfVolumesAndHooksCount() throws {
        let found = try choices(
            """
            {"services":{"app":{"image":"a","pre_start":[{"image":"${OWNER}/hook"}],
            "volumes":[{"type":"image","source":"${OWNER}/data:1","target":"/d"}]}}}
            """,
            """
            {"name":"shop","services":{"app":{"image":"a","pre_start":[{"image":"evil/hook"}],
            "volumes":[{"type":"image","source":"evil/data:1","target":"/d"}]}}}
            """
        )
        #expect(found.images.map(\.reference.rawValue) == ["evil/data:1", "evil/hook"])
    }

    /// What is written and what it becomes are found by their place: which volumes are images, a variable may decide.
    @Test func anImageIsPairedByItsPlace() throws {
        let found = try choices(
            """
            {"services":{"app":{"image":"a","volumes":[{"type":"${KIND}","source":"own/a","target":"/a"},
            {"type":"image","source":"${OWNER}/b","target":"/b"},
            {"type":"image","source":"own/c","target":"/c"}]}}}
            """,
            """
            {"name":"shop","services":{"app":{"image":"a","volumes":[{"type":"image","source":"own/a","target":"/a"},
            {"type":"image","source":"evil/b","target":"/b"},{"type":"image","source":"own/c","target":"/c"}]}}}
            """
        )
        #expect(found.images.map(\.reference.rawValue) == ["evil/b"])
    }

    /// Compose's older versions garble a short form that begins with a variable.
    @Test func anImageWhosePlaceIsNotFoundIsAChoiceIfItsVolumesAre() throws {
        let model = """
            {"name":"shop","services":{"app":{"image":"a","volumes":[{"type":"image","source":"evil/b","target":"/b"}]}}}
            """
        let chosen = #"{"services":{"app":{"image":"a","volumes":[{"type":"image","source":"x","target":"${TAG}"}]}}}"#
        #expect(try choices(chosen, model).images.map(\.reference.rawValue) == ["evil/b"])
        #expect(try choices(chosen.replacing("TAG", with: "OTHER"), model).images.isEmpty)
    }

    @Test func pathsThatAVariableMakesAreFoundAndWrittenOnesAreNot() throws {
        let found = try choices(
            """
            {"services":{"app":{"env_file":[{"path":"/srv/shop/.env.${TAG}"},{"path":"/srv/shop/.env"}],
            "volumes":[{"type":"bind","source":"/etc/localtime","target":"/t"},
            {"type":"volume","source":"${TAG","target":"-./d}"}]},
            "web":{"volumes":[{"type":"bind","source":"/etc/nginx","target":"/n"}]}},
            "secrets":{"s":{"file":"/srv/shop/${TAG}"},"t":{"file":"/etc/t"}},"configs":{"c":{"file":"${TAG}"}},
            "volumes":{"v":{"driver_opts":{"type":"none","device":"/srv/shop/${TAG}"}}}}
            """,
            """
            {"name":"shop","services":{"app":{"volumes":[{"type":"bind","source":"/etc/localtime","target":"/t"},
            {"type":"bind","source":"/etc","target":"/d"}]},
            "web":{"volumes":[{"type":"bind","source":"/etc/nginx","target":"/n"}]}},
            "secrets":{"s":{"file":"/srv/x"},"t":{"file":"/etc/t"}},"configs":{"c":{"file":"/etc/shadow"}},
            "volumes":{"v":{"driver_opts":{"type":"none","device":"/srv/other"}}}}
            """
        )
        #expect(found.paths.map(\.path) == ["/etc", "/srv/x", "/etc/shadow", "/srv/other"])
        #expect(found.writtenPaths.map(\.path) == ["/srv/shop/.env.${TAG}"])
        #expect(found.barred.isEmpty && found.images.isEmpty)
    }

    @Test(arguments: [
        "privileged", "cap_add", "devices", "security_opt", "network_mode", "pid", "ipc", "userns_mode", "volumes_from",
        "runtime", "provider", "use_api_socket",
    ])
    func rightsAreNoChoiceOfADrop(key: String) throws {
        let written = #"{"services":{"app":{"\#(key)":["x",{"y":"${TAG}"}]}}}"#
        #expect(try choices(written, #"{"name":"shop"}"#).barred == ["\(key) of service app"])
        #expect(try choices(written.replacing("TAG", with: "OTHER"), #"{"name":"shop"}"#).barred.isEmpty)
    }

    @Test func aVolumeOfAnotherProjectIsNoChoiceOfADrop() throws {
        let written = """
            {"volumes":{"a":{"name":"${TAG}"},"b":{"name":"shop_${TAG}"},"c":{"external":"${TAG}"},
            "d":{"driver":"${TAG}"},"e":{"driver_opts":{"o":"${TAG}"}}},"networks":{"n":{"name":"${TAG}"}}}
            """
        let value = """
            {"name":"shop","volumes":{"a":{"name":"other_db"},"b":{"name":"shop_v2"}},"networks":{"n":{"name":"x"}}}
            """
        #expect(
            try choices(written, value).barred == [
                "the name of volume a", "external of volume c", "driver of volume d", "o of volume e",
                "the name of network n",
            ]
        )
    }
}

@Suite struct RepositoryPatternTests {
    @Test(
        arguments: [
            ("ghcr.io/acme/shop-*", "ghcr.io/acme/shop-backend:v1", true),
            ("ghcr.io/acme/shop-*", "ghcr.io/acme/shop-", true),
            ("ghcr.io/acme/shop-*", "ghcr.io/acme/shop-a/b", false),
            ("ghcr.io/acme/shop-*", "ghcr.io/acme/shop", false),
            ("ghcr.io/acme/shop-*", "ghcr.io/evil/shop-a", false),
            ("*/app", "acme/app@sha256:aa", true), ("*/app", "x/acme/app", false),
            ("a*b*c", "aXbYc", true), ("a*b*c", "abbc", true), ("a*b*c", "ab", false), ("*", "app:1", true),
            ("host:5000/*", "host:5000/app:1", true), ("app", "app:5000/evil", false), ("app*", "app:5000/evil", false),
        ] as [(String, ImageReference, Bool)]
    )
    func matchesWithinAComponent(pattern: String, reference: ImageReference, matches: Bool) throws {
        #expect(try #require(RepositoryPattern(pattern)).matches(reference) == matches)
    }

    @Test(arguments: ["", "app:v1", "a b", "/app", "app/", "app@sha256:aa", "ghcr.io/acme/app:v1"])
    func whatIsNoRepositoryIsRefused(text: String) {
        #expect(RepositoryPattern(text) == nil)
    }
}
