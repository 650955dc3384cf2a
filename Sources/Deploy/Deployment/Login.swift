import Docker
import DockerModel
import Linux
import Logging
import Rules
import SystemPackage

extension Deployment {
    /// `echo "$GITHUB_TOKEN" | docker login ghcr.io -u "$GITHUB_ACTOR" --password-stdin`, without leaving it behind.
    ///
    /// The Engine asks the registry whether the credential is good, so that a refused login is told as such and not as a
    /// pull that failed.
    ///
    /// - Returns: the Docker CLI's configuration for the pull, still in memory; nil where the host's own logins serve.
    func logIn(_ target: Target) async throws -> [UInt8]? {
        guard let credential else {
            log.info("\(name): no credential in the drop; the host's own logins serve")
            return nil
        }
        try await target.engine.verify(credential)
        let host = context.clientConfiguration
        return try ClientConfiguration.adding(
            credential,
            to: hostConfiguration(host.appending("config.json")),
            pluginDirectory: host.appending("cli-plugins")
        )
    }

    /// The host's own `config.json`, with its other logins and helpers; nil where it has none that berth can read.
    private func hostConfiguration(_ file: FilePath) -> [UInt8]? {
        do {
            return try File.read(file)
        } catch {
            if error != .noSuchFileOrDirectory { log.warning("\(name): \(file) is left out: \(error)") }
            return nil
        }
    }
}
