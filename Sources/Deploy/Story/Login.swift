import Docker
import DockerModel
import Linux
import SystemPackage

/// `echo "$GITHUB_TOKEN" | docker login ghcr.io -u "$GITHUB_ACTOR" --password-stdin`, without storing the login.
struct Login: Sendable {
    let credential: RegistryCredential?
    /// Asks already; nil if it was not worth the while.
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
        do throws(EngineError) {
            if let question { return try await question.answer() }
        } catch {
            // Now the Engine is there.
            guard error.isOutage, !Task.isCancelled else { throw error }
        }
        try await session.verify(credential)
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
struct CredentialQuestion: Sendable {
    private let task: Task<Result<Void, EngineError>, Never>

    init(_ credential: RegistryCredential, _ host: Host) {
        task = Task(executorPreference: host.executor) {
            do throws(EngineError) {
                return .success(try await host.engine.negotiated().verify(credential))
            } catch {
                return .failure(error)
            }
        }
    }

    /// Waits for the answer; if the task is cancelled meanwhile, nothing is asked any more.
    func answer() async throws(EngineError) {
        let answer = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        try answer.get()
    }

    /// Nothing depends on the answer any more.
    func drop() { task.cancel() }
}
