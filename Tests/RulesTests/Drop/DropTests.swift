import DockerModel
import Testing

@testable import Rules

@Suite struct DropTests {
    @Test func sortsTheScriptsOwnDrop() throws {
        let drop = try parse(
            """
            IMAGE_TAG=4f2a
            REGISTRY_OWNER=acme
            ENV=test
            GITHUB_ACTOR=ci
            GITHUB_TOKEN=s3cr3t
            BERTH_REQUEST=run/77

            """
        )
        #expect(drop.variables == ["IMAGE_TAG": "4f2a", "REGISTRY_OWNER": "acme", "ENV": "test"])
        #expect(drop.credential?.registry == "ghcr.io")
        #expect(drop.credential?.username == "ci")
        #expect(drop.request == "run/77")
        #expect(!"\(drop)".contains("s3cr3t"))
    }

    @Test func lastOfANameWins() throws {
        #expect(try parse("A=1\nA=2\n").variables == ["A": "2"])
    }

    @Test func needsNoCredential() throws {
        #expect(try parse("A=1\n").credential == nil)
        #expect(try parse("GITHUB_ACTOR=ci\n").credential == nil)
    }

    @Test(arguments: [
        "PATH", "HOME", "LD_PRELOAD", "LD_LIBRARY_PATH", "DOCKER_HOST", "DOCKER_CONFIG", "COMPOSE_FILE",
        "COMPOSE_PROJECT_NAME", "BASH_ENV", "BASH_FUNC_docker", "IFS", "HTTPS_PROXY", "https_proxy", "GODEBUG",
        "SSL_CERT_FILE", "GIT_SSH_COMMAND", "SSH_ASKPASS", "PYTHONPATH", "NODE_OPTIONS", "NOTIFY_SOCKET", "UID",
        "CLOUDSDK_PYTHON", "AWS_CONFIG_FILE", "GLIBC_TUNABLES", "BUILDX_BUILDER", "XDG_CONFIG_HOME", "TMPDIR",
        "OTEL_EXPORTER_OTLP_ENDPOINT", "LISTEN_FDS", "WATCHDOG_USEC", "ZDOTDIR", "DOTNET_STARTUP_HOOKS",
        "CORECLR_PROFILER", "PHPRC", "PHP_INI_SCAN_DIR", "LUA_INIT_5_4", "LUA_PATH", "LUA_CPATH", "GEM_HOME",
        "BUNDLE_GEMFILE", "AZURE_AUTHORITY_HOST", "MSI_ENDPOINT", "IDENTITY_ENDPOINT", "AWS_CA_BUNDLE",
        "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_ECR_DISABLE_CACHE",
    ])
    func refusesANameThatSteersTools(name: String) throws {
        let refusal = try #require(throws: DropRefusal.self) { try parse("A=1\n\(name)=x\n") }
        #expect(refusal.cause == .nameBarred)
        #expect(refusal.line == 2)
        #expect(refusal.description.contains(name))
    }

    @Test(arguments: [
        "ENV", "IMAGE_TAG", "NODE_ENV", "GOAL", "GITHUB_SHA", "AWS_REGION", "GOOGLE_CLIENT_ID", "PATHS",
        "IDENTITY_SERVER_URL", "PHP_VERSION", "LUA_VERSION",
    ])
    func takesANameThatSteersTheApp(name: String) throws {
        #expect(try parse("\(name)=x\n").variables == [name: "x"])
    }

    @Test(arguments: [
        "GITHUB_ACTOR=ci\nGITHUB_TOKEN=\n", "GITHUB_TOKEN=t\n", "GITHUB_ACTOR=\nGITHUB_TOKEN=t\n",
        "BERTH_REQUEST=\n", "BERTH_REQUEST=a b\n", "BERTH_REQUEST=\u{1b}[31m\n", "BERTH_UNKNOWN=1\n",
        "BERTH_REQUEST=\(String(repeating: "x", count: 129))\n", "BERTH_BY=\n", "BERTH_BY=alice (root)\n",
        "BERTH_BY=\(String(repeating: "x", count: 129))\n",
    ])
    func refuses(drop: String) {
        #expect(throws: DropRefusal.self) { try parse(drop) }
    }

    /// Compose would take the defaults of all variables, and the verdict would be green.
    @Test(arguments: ["", "\n\n", "# IMAGE_TAG=v1\n", "IMAGE_TAG\n", "IMAGE_TAG: v1\n"])
    func refusesADropThatSetsNothing(drop: String) throws {
        let refusal = try #require(throws: DropRefusal.self) { try parse(drop) }
        #expect(refusal.cause == .dropMalformed && refusal.line == nil)
    }

    /// CI need not be to blame: the disk may not have had the file when the power was cut.
    @Test func anEmptyDropIsToBeDroppedAgain() throws {
        let refusal = try #require(throws: DropRefusal.self) { try parse("") }
        #expect(refusal.problem == "is empty")
        #expect(refusal.hint?.hasPrefix("drop it again") == true)
    }

    /// A refused drop, and CI's name for it.
    @Test(
        arguments: [
            ("PATH=1\r\nBERTH_REQUEST=r1\r\n", "r1"), ("export A=1\nBERTH_REQUEST=r1\n", "r1"),
            ("BERTH_REQUEST=r1\nA=\0\n", "r1"), ("BERTH_REQUEST=r1\nBERTH_REQUEST=r2\n1A=1\n", "r2"),
            ("BERTH_REQUEST=a b\n", nil), ("BERTH_REQUEST=\n", nil), ("PATH=1\n", nil),
        ] as [(String, String?)]
    )
    func aRefusedDropKeepsItsRequest(drop: String, request: String?) {
        #expect(Drop.request(in: Array(drop.utf8)) == request)
        #expect(throws: DropRefusal.self) { try parse(drop) }
    }

    /// A drop, and the person whom it names, also if it is refused.
    @Test(
        arguments: [
            ("A=1\nBERTH_BY=alice\n", "alice"), ("BERTH_BY=alice\nBERTH_BY=bob", "bob"),
            ("PATH=1\nBERTH_BY=alice\n", "alice"),
            ("BERTH_BY=alice\nBERTH_BY=a b\n", nil), ("A=1\n", nil), ("#BERTH_BY=alice\n", nil),
        ] as [(String, String?)]
    )
    func aDropNamesAPerson(drop: String, person: String?) {
        #expect(Drop.by(in: Array(drop.utf8)) == person)
    }

    /// A drop with several bad lines, and the first of them.
    @Test(arguments: [
        ("A=1\nPATH=x\nexport B=2\n", 2), ("A=1\nexport B=2\nPATH=x\n", 2), ("BERTH_FORCE=0\nA=\0\n", 1),
        // A missing name is reported last.
        ("GITHUB_TOKEN=t\nexport B=2\n", 2),
    ])
    func theFirstBadLineIsTheReason(drop: String, line: Int) throws {
        let refusal = try #require(throws: DropRefusal.self) { try parse(drop) }
        #expect(refusal.line == line)
    }

    @Test func keepsToTheAppsVariables() throws {
        let allowed: Set = ["IMAGE_TAG"]
        let drop = "IMAGE_TAG=1\nGITHUB_ACTOR=ci\nGITHUB_TOKEN=t\nBERTH_REQUEST=r\n"
        #expect(try parse(drop, allowed: allowed).variables == ["IMAGE_TAG": "1"])
        let refusal = try #require(throws: DropRefusal.self) { try parse(drop + "OTHER=1\n", allowed: allowed) }
        #expect(refusal.line == 5)
        #expect(refusal.cause == .nameNotAllowed)
    }

    @Test func everyBarredGroupSaysWhy() {
        for group in BarredNames.groups {
            #expect(!group.reason.isEmpty)
            #expect(!group.names.isEmpty || !group.prefixes.isEmpty)
        }
    }

    private func parse(_ text: String, allowed: Set<String>? = nil) throws(DropRefusal) -> Drop {
        try Drop(parsing: Array(text.utf8), registry: "ghcr.io", allowed: allowed)
    }
}
