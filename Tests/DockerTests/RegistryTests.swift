import DockerModel
import FoundationEssentials
import Support
import SystemPackage
import Testing

@testable import Docker

@Suite("The registry credential", .timeLimit(.minutes(1)))
struct RegistryTests {
    private let credential = RegistryCredential(registry: "ghcr.io", username: "ci", secret: Secret("t0p"))

    @Test("is verified by the Engine")
    func verified() async throws {
        let answer = #"{"IdentityToken":"","Status":"Login Succeeded"}"#
        try await withStubEngine(["POST /auth": .answer(answer)]) { _, session, stub in
            try await session.verify(credential)
            let asked = try #require(stub.asked.first)
            let login = try JSON(bytes: Array(asked.body.utf8))
            #expect(
                login.members == [
                    "username": .string("ci"), "password": .string("t0p"), "serveraddress": .string("ghcr.io"),
                ]
            )
            #expect(asked.headers["Content-Type"] == "application/json")
        }
    }

    @Test(
        "is wrong if the registry says so, in any of the Engine's ways",
        arguments: [
            (401, "Get https://127.0.0.1:5000/v2/: unauthorized: authentication required"),
            (500, "Get https://ghcr.io/v2/: denied: denied"),
            (500, "Get https://registry-1.docker.io/v2/: unauthorized: incorrect username or password"),
            (500, "login attempt to https://r.example/v2/ failed with status: 401 Unauthorized"),
        ]
    )
    func wrong(status: Int, message: String) async throws {
        try await withStubEngine(["POST /auth": .failure(status, message)]) { _, session, _ in
            await #expect(throws: EngineError.wrongCredential(registry: "ghcr.io", message: message)) {
                try await session.verify(credential)
            }
        }
    }

    @Test(
        "is not to blame if the registry cannot be asked",
        arguments: [
            "Get https://ghcr.io/v2/: dial tcp: lookup ghcr.io: no such host",
            "Get https://ghcr.io/v2/: net/http: request canceled (Client.Timeout exceeded while awaiting headers)",
            "Get https://ghcr.io/v2/: dial tcp 10.0.0.1:443: connect: permission denied",
            "login attempt to https://ghcr.io/v2/ failed with status: 503 Service Unavailable",
            "toomanyrequests: slow down",
        ]
    )
    func trouble(message: String) async throws {
        try await withStubEngine(["POST /auth": .failure(500, message)]) { _, session, _ in
            await #expect(throws: EngineError.registryTrouble(registry: "ghcr.io", message: message)) {
                try await session.verify(credential)
            }
        }
    }

    @Test("never shows its secret")
    func redaction() {
        var dumped = ""
        dump(credential, to: &dumped)
        for text in ["\(credential)", String(reflecting: credential), dumped, "\(credential.secret)"] {
            #expect(!text.contains("t0p"))
            #expect(text.contains("[redacted]"))
        }
        #expect(credential.secret.reveal() == "t0p")
    }
}

@Suite("Docker's config.json")
struct ClientConfigurationTests {
    private let credential = RegistryCredential(registry: "ghcr.io", username: "ci", secret: Secret("t0p"))

    private func configuration(
        _ base: String?,
        _ credential: RegistryCredential?,
        plugins: FilePath? = nil
    ) throws -> String {
        let bytes = try ClientConfiguration.adding(
            credential,
            to: base.map { Array($0.utf8) },
            pluginDirectory: plugins
        )
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("has logins of its own, and names of helpers")
    func ownLogins() throws {
        let file = """
            {"credsStore":"pass","auths":{"ghcr.io":{"auth":"Y2k6dDBw"},"https://index.docker.io/v1/":{"auth":"YTpiOmM="},
            "https://registry:5000/v2/":{"auth":"YTpi"},"kept.example":{},"broken.example":{"auth":"?"}}}
            """
        let logins = try ClientConfiguration.logins(in: Array(file.utf8))
        #expect(logins.map(\.registry) == ["ghcr.io", "docker.io", "registry:5000"])
        #expect(logins.map(\.username) == ["ci", "a", "a"])
        #expect(logins.map { $0.secret.reveal() } == ["t0p", "b:c", "b"])
        #expect(try ClientConfiguration.logins(in: Array("{}".utf8)).isEmpty)
        #expect(throws: ClientConfigurationError.self) { try ClientConfiguration.logins(in: Array("[]".utf8)) }
    }

    @Test("is created if it is missing")
    func fresh() throws {
        #expect(try configuration(nil, nil) == "{}")
        #expect(try configuration(nil, credential) == #"{"auths":{"ghcr.io":{"auth":"Y2k6dDBw"}}}"#)
    }

    @Test("keeps unknown members and every other login")
    func kept() throws {
        let base = """
            {"HttpHeaders":{"X":"y"},"auths":{"ghcr.io":{"auth":"b2xk"},"r.example":{"auth":"eA=="}},
            "cliPluginsExtraDirs":["/opt/p"],"currentContext":"remote","n":[1,2.5,true,null]}
            """
        let expected =
            #"{"HttpHeaders":{"X":"y"},"auths":{"ghcr.io":{"auth":"Y2k6dDBw"},"r.example":{"auth":"eA=="}},"#
            + #""cliPluginsExtraDirs":["/opt/p","/root/.docker/cli-plugins"],"n":[1,2.5,true,null]}"#
        #expect(try configuration(base, credential, plugins: "/root/.docker/cli-plugins") == expected)
    }

    @Test(
        "lets no helper answer for the registry",
        arguments: [
            (
                #"{"credsStore":"pass"}"#,
                #"{"auths":{"ghcr.io":{"auth":"Y2k6dDBw"}},"credHelpers":{"ghcr.io":""},"credsStore":"pass"}"#
            ),
            (
                #"{"credHelpers":{"ghcr.io":"gh","r.example":"ecr-login"}}"#,
                #"{"auths":{"ghcr.io":{"auth":"Y2k6dDBw"}},"credHelpers":{"ghcr.io":"","r.example":"ecr-login"}}"#
            ),
            (
                #"{"credHelpers":{"r.example":"ecr-login"}}"#,
                #"{"auths":{"ghcr.io":{"auth":"Y2k6dDBw"}},"credHelpers":{"r.example":"ecr-login"}}"#
            ),
        ]
    )
    func helpers(base: String, expected: String) throws {
        #expect(try configuration(base, credential) == expected)
    }

    @Test("knows Docker Hub by its old address")
    func dockerHub() throws {
        let credential = RegistryCredential(registry: "docker.io", username: "ci", secret: Secret("t0p"))
        let expected =
            #"{"auths":{"https://index.docker.io/v1/":{"auth":"Y2k6dDBw"}},"#
            + #""credHelpers":{"https://index.docker.io/v1/":""},"credsStore":"pass"}"#
        #expect(try configuration(#"{"credsStore":"pass"}"#, credential) == expected)
    }

    @Test("is refused if it is not a JSON object", arguments: ["", "{", "[]", "null"])
    func broken(base: String) {
        let error = #expect(throws: ClientConfigurationError.self) { try configuration(base, credential) }
        #expect(error?.problem == (base.count < 2 ? "is not JSON" : "is not an object"))
    }

    @Test("is in a folder that only the owner can read, and is removed with all its content")
    func privateFolder() async throws {
        struct Unhappy: Error {}
        try await withTemporaryFolder { parent in
            var folder = FilePath()
            await #expect(throws: Unhappy.self) {
                try await withPrivateConfiguration(in: parent, content: Array("{}".utf8)) { directory in
                    folder = directory
                    let manager = FileManager.default
                    let file = directory.appending("config.json").string
                    #expect(
                        try manager.attributesOfItem(atPath: directory.string)[.posixPermissions] as? UInt16 == 0o700
                    )
                    #expect(try manager.attributesOfItem(atPath: file)[.posixPermissions] as? UInt16 == 0o600)
                    #expect(manager.contents(atPath: file) == Data("{}".utf8))
                    let inner = directory.appending("contexts/meta").string
                    try manager.createDirectory(atPath: inner, withIntermediateDirectories: true)
                    throw Unhappy()
                }
            }
            #expect(folder.removingLastComponent() == parent)
            #expect(!FileManager.default.fileExists(atPath: folder.string))
        }
    }

    @Test("cannot be created without a parent folder")
    func noParent() async throws {
        try await withTemporaryFolder { directory in
            let missing = directory.appending("missing")
            let error = await #expect(throws: PrivateConfigurationError.self) {
                try await withPrivateConfiguration(in: missing, content: []) { _ in }
            }
            #expect(error?.reason == .noSuchFileOrDirectory)
        }
    }
}
