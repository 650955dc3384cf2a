import Docker
import DockerModel
import Linux
import SystemPackage

/// `echo "$GITHUB_TOKEN" | docker login ghcr.io -u "$GITHUB_ACTOR" --password-stdin`, without leaving it behind.
struct Login: Sendable {
    let credential: RegistryCredential?
    let host: Host
    let log: DeploymentLog

    /// Asks the registry, by way of the Engine, whether the credential is good: a refused login is then not told as a pull
    /// that failed.
    ///
    /// - Returns: the Docker CLI's configuration for the pull, still in memory; nil if the host's own logins serve.
    func run(_ session: EngineSession) async throws -> [UInt8]? {
        guard let credential else {
            log.info("no credential in the drop; the host's own logins serve")
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

    /// The host's own `config.json`, with its other logins and helpers; nil if there is none that berth can read.
    private func hostConfiguration(_ file: FilePath) -> [UInt8]? {
        do {
            return try File.read(file)
        } catch {
            if error != .noSuchFileOrDirectory { log.warning("\(file) is left out: \(error)") }
            return nil
        }
    }
}
