import Docker
import DockerModel
import Linux
import Rules
import SystemPackage

/// What concerns all apps.
extension Inspector {
    /// An Engine that answers.
    struct Reached: Sendable {
        let session: EngineSession
        let info: EngineInfo
    }

    func reach() async -> (reached: Reached?, findings: [Finding]) {
        do throws(EngineError) {
            let session = try await host.engine.negotiated()
            return (Reached(session: session, info: try await session.info()), [])
        } catch {
            let isDenied = if case .unreachable(_, .permissionDenied) = error { true } else { false }
            let severity: Finding.Severity = isDenied && viewer == .person ? .note : .error
            return (nil, [Finding(severity, .docker, error)])
        }
    }

    func versions(_ docker: Reached?) async -> [Finding] {
        let output: [UInt8]
        do throws(CommandError) {
            output = try await host.processes.capture(host.compose(in: "/").version(), limit: 4096)
        } catch {
            return [Finding(.error, .docker, error)]
        }
        do throws(Failure) {
            let compose = try DockerVersion(compose: output)
            guard let docker else { return [] }
            return Finding.versions(
                DockerVersions(
                    engine: docker.info.serverVersion,
                    api: docker.session.newest,
                    compose: compose,
                    imageStore: docker.info.imageStore
                )
            )
        } catch {
            return [Finding(.error, .docker, error)]
        }
    }

    /// - Parameter known: the histories that are read already.
    func disk(_ settings: Settings, _ known: [AppName: History], _ docker: Reached?) async -> [Finding] {
        guard let docker else {
            // Where the Engine has its data, only the Engine says.
            let root = try? Filesystem(measuring: "/")
            return Finding.disk(root.map { Usage([$0]) }, removable: nil, settings.disk)
        }
        let host = host
        let disk = DiskGuard(
            session: docker.session,
            info: docker.info,
            settings: settings,
            host: host,
            log: log,
            histories: { try await host.histories { known[$0] } }
        )
        let usage = try? Usage.measured(docker.info)
        do {
            let report = try await within(Self.patience) { try await disk.plan() }
            return Finding.disk(usage, removable: report.steps.map(\.removal), settings.disk)
        } catch {
            let problem = "is not known: \(Failure(any: error).sentence)"
            return Finding.disk(usage, removable: nil, settings.disk)
                + [Finding(.warning, .unseen, "what the disk guard could remove", problem, try: nil)]
        }
    }

    func logins(_ settings: Settings, _ docker: Reached?) async -> [Finding] {
        let file = host.clientConfiguration.appending("config.json")
        let logins: [RegistryCredential]
        do {
            logins = try ClientConfiguration.logins(in: File.read(file))
        } catch Errno.noSuchFileOrDirectory {
            return []
        } catch let error as ClientConfigurationError {
            return [Finding(.error, .logins, error)]
        } catch {
            return [Finding(.warning, .logins, "\(file)", "cannot be read: \(error)", try: "see who owns it")]
        }
        var facts: [LoginFacts] = []
        for login in logins {
            let isNeeded = settings.apps.values.contains { $0.registry == login.registry }
            let outcome = isNeeded ? await outcome(of: login, docker) : .untried
            facts.append(LoginFacts(file: file.string, registry: login.registry, outcome: outcome))
        }
        return Finding.logins(facts)
    }

    /// Has the Engine try a login.
    private func outcome(of login: RegistryCredential, _ docker: Reached?) async -> LoginFacts.Outcome {
        guard let docker else { return .unknown("the Docker Engine does not answer") }
        do throws(EngineError) {
            try await docker.session.verify(login)
            return .works
        } catch {
            if case .wrongCredential = error { return .refused(error.problem) }
            return .unknown(error.problem)
        }
    }

    /// How long to wait for what the Engine has to say of one app, or of the disk.
    static let patience = Duration.seconds(60)

    /// Does something, and gives up after a time.
    ///
    /// - Throws: ``Expired`` then.
    func within<Value: Sendable>(
        _ limit: Duration,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup { race in
            race.addTask { try await body() }
            race.addTask {
                try await host.clock.sleep(for: limit)
                throw Expired()
            }
            defer { race.cancelAll() }
            guard let value = try await race.next() else { throw CancellationError() }
            return value
        }
    }
}
