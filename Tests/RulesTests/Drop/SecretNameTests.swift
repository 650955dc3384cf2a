import DockerModel
import Testing

@testable import Rules

/// What becomes of a secret that CI sends under a name of its own.
@Suite struct SecretNameTests {
    private func drop(_ text: String) throws -> Drop { try Drop(parsing: Array(text.utf8), registry: "ghcr.io") }

    @Test(arguments: ["CI_JOB_TOKEN", "SENTRY_AUTH_TOKEN", "NPM_TOKEN", "DEPLOY_KEY", "STRIPE_SK", "db_password"])
    func aNameThatSoundsLikeASecretIsMasked(name: String) throws {
        let drop = try drop("IMAGE_TAG=v2\n\(name)=hunter22\n")
        #expect(drop.variables[name] == "hunter22")
        #expect(drop.recordable() == ["IMAGE_TAG": "v2", name: "[redacted]"])
        #expect(drop.recordable(disclosing: [name]) == drop.variables)
    }

    @Test(arguments: [
        "IMAGE_TAG", "REGISTRY_OWNER", "ENV", "CI_COMMIT_SHA", "COMMIT_HASH", "VERSION", "REPLICAS", "DOMAIN",
        "SHIPPING",
    ])
    func aPlainNameIsNot(name: String) throws {
        #expect(try drop("\(name)=hunter22\n").recordable() == [name: "hunter22"])
    }

    @Test(arguments: [
        ("image: shop:${IMAGE_TAG}", []), ("url: ${API_KEY}", ["API_KEY"]), ("url: $API_KEY/x", ["API_KEY"]),
        ("url: ${API_KEY:-none}", ["API_KEY"]), ("environment:\n  - API_KEY\n", ["API_KEY"]),
        ("url: ${MY_API_KEY}${API_KEY_2}", []), ("", []),
    ])
    func aComposeFileMentionsItByItsWholeName(text: String, used: [String]) throws {
        let drop = try drop("IMAGE_TAG=v2\nAPI_KEY=hunter22\n")
        #expect(drop.secrets(mentionedIn: Array(text.utf8)).sorted() == used)
    }

    @Test func theCredentialCanHaveOtherNames() throws {
        let gitlab = CredentialNames(user: "CI_REGISTRY_USER", token: "CI_JOB_TOKEN")
        let text = "IMAGE_TAG=v2\nCI_REGISTRY_USER=ci\nCI_JOB_TOKEN=hunter22\n"
        let drop = try Drop(parsing: Array(text.utf8), registry: "r", credential: gitlab, allowed: ["IMAGE_TAG"])
        #expect(drop.variables == ["IMAGE_TAG": "v2"])
        #expect(drop.credential?.username == "ci" && drop.credential?.secret.reveal() == "hunter22")
        let refusal = try #require(throws: DropRefusal.self) {
            try Drop(parsing: Array("CI_JOB_TOKEN=hunter22\n".utf8), registry: "r", credential: gitlab)
        }
        #expect(refusal.cause == .credentialIncomplete && refusal.problem.contains("CI_REGISTRY_USER"))
    }
}
