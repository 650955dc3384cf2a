import Docker
import DockerModel
import Linux
import SystemPackage

/// `echo "$GITHUB_TOKEN" | docker login ghcr.io -u "$GITHUB_ACTOR" --password-stdin`, without storing the login.
struct Login: Sendable {
    let credential: RegistryCredential?
    let host: Host
    let log: DeploymentLog

    /// Has the Engine check the credential with the registry, so that a refused login is not reported as a failed pull.
    ///
    /// - Returns: the Docker CLI's configuration for the pull, still in memory; nil to use the host's own logins.
    func run(_ session: EngineSession) async throws -> [UInt8]? {
        guard let credential else {
            log.info("no credential in the drop; using the host's own logins")
            return nil
        }
        try await session.verify(credential)
        let folder = host.clientConfiguration
        return try ClientConfiguration.adding(
            credential,
            to: hostConfiguration(folder.appending("config.json")),
            pluginDirectory: folder.appending("cli-plugins")
        )
    }

    /// The host's own `config.json`, with its other logins and helpers; nil if berth cannot read it.
    private func hostConfiguration(_ file: FilePath) -> [UInt8]? {
        do {
            return try File.read(file)
        } catch {
            if error != .noSuchFileOrDirectory { log.warning("\(file) is ignored: \(error)") }
            return nil
        }
    }
}
