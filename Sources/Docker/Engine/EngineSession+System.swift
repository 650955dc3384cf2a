import DockerModel
import FoundationEssentials
import NIOHTTP1

extension EngineSession {
    /// The Engine's version, root folder and image store (`GET /info`).
    package func info() async throws(EngineError) -> EngineInfo {
        try await decode(from: Request(path: "/info"))
    }

    /// Has the Engine try a login to the credential's registry, without storing it (`POST /auth`).
    ///
    /// Throws ``EngineError/wrongCredential(registry:message:)`` if the registry rejects the credential, and
    /// ``EngineError/registryTrouble(registry:message:)`` if the Engine cannot ask the registry.
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

    /// Whether a login was refused because of the credential.
    ///
    /// Only a registry that challenges with 401 gives 401 here. A token service's error, `denied: denied` at GHCR or
    /// `unauthorized: …` at Docker Hub, comes as 500 with the registry's own code in the message.
    private static func isWrongCredential(_ status: Int, _ message: String) -> Bool {
        let codes = ["unauthorized: ", "denied: ", "401 unauthorized", "status: 401", "status: 403", "403 forbidden"]
        let message = message.lowercased()
        return status == 401 || status == 403 || codes.contains { message.contains($0) }
    }
}
