import DockerModel
import FoundationEssentials
import NIOHTTP1

extension EngineSession {
    /// What the Engine says about itself (`GET /info`).
    package func info() async throws(EngineError) -> EngineInfo {
        try await decode(from: Request(path: "/info"))
    }

    /// Has the Engine log in to the credential's registry, and forget it again (`POST /auth`).
    ///
    /// Throws ``EngineError/wrongCredential(registry:message:)`` when the registry said no, and
    /// ``EngineError/registryTrouble(registry:message:)`` when it could not be asked.
    package func verify(_ credential: RegistryCredential) async throws(EngineError) {
        struct Login: Encodable { let username, password, serveraddress: String }
        var request = Request(method: .POST, path: "/auth")
        do {
            let login = Login(
                username: credential.username,
                password: credential.secret.reveal(),
                serveraddress: credential.serverAddress
            )
            request.body = Array(try JSONEncoder().encode(login))
            try await send(request)
        } catch {
            throw Self.loginError(EngineError(error, during: request), credential.registry)
        }
    }

    private static func loginError(_ error: EngineError, _ registry: String) -> EngineError {
        guard case .refused(_, let status, let message) = error else { return error }
        return isWrongCredential(status, message)
            ? .wrongCredential(registry: registry, message: message)
            : .registryTrouble(registry: registry, message: message)
    }

    /// Whether a refused login is the credential's fault.
    ///
    /// Only a registry that challenges with 401 gives 401 here. What a token service says, `denied: denied` at GHCR or
    /// `unauthorized: …` at Docker Hub, comes as 500 with the registry's own code in the message.
    private static func isWrongCredential(_ status: Int, _ message: String) -> Bool {
        let codes = ["unauthorized: ", "denied: ", "401 unauthorized", "status: 401", "status: 403", "403 forbidden"]
        let message = message.lowercased()
        return status == 401 || status == 403 || codes.contains { message.contains($0) }
    }
}
