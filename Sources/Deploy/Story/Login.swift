import Docker
import DockerModel
import Linux
import Synchronization
import SystemPackage

/// `echo "$GITHUB_TOKEN" | docker login ghcr.io -u "$GITHUB_ACTOR" --password-stdin`, without storing the login.
struct Login: Sendable {
    let credential: RegistryCredential?
    /// May have an answer already.
    let question: CredentialQuestion?
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
        try await verify(credential, session)
        let folder = host.clientConfiguration
        return try ClientConfiguration.adding(
            credential,
            to: hostConfiguration(folder.appending("config.json")),
            pluginDirectory: folder.appending("cli-plugins")
        )
    }

    private func verify(_ credential: RegistryCredential, _ session: EngineSession) async throws(EngineError) {
        switch await question?.answer() {
        case .success?: return
        case .failure(let error as EngineError)? where error.isWrongCredential: throw error
        // The Engine or the registry may answer by now.
        case .failure?, nil: break
        }
        try await Retry(clock: host.clock, log: log).run { () async throws(EngineError) in
            try await session.verify(credential)
        }
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

/// Asks the registry whether it takes the drop's credential while the checks wait for Compose.
final class CredentialQuestion: Sendable {
    private let credential: RegistryCredential?
    private let host: Host
    private let task = Mutex<Task<Void, any Error>?>(nil)

    init(_ credential: RegistryCredential?, _ host: Host) {
        self.credential = credential
        self.host = host
    }

    func ask() {
        guard let credential else { return }
        task.withLock { task in
            task =
                task
                ?? Task(executorPreference: host.executor) { [host] in
                    try await host.engine.negotiated().verify(credential)
                }
        }
    }

    /// Waits for the answer; nil if nothing was asked.
    func answer() async -> Result<Void, any Error>? {
        guard let task = task.withLock({ $0 }) else { return nil }
        return await withTaskCancellationHandler {
            await task.result
        } onCancel: {
            task.cancel()
        }
    }

    /// Nothing depends on the answer any more.
    func drop() { task.withLock { $0?.cancel() } }
}
