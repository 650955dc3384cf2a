import Docker
import Linux
import Rules

extension Host {
    /// How long to wait for an Engine that may be starting with the host.
    static let bootPatience = Duration.seconds(240)

    /// Waits for an Engine that is being restarted or upgraded, and opens a session with it.
    ///
    /// - Parameter patience: how long to wait.
    func reachEngine(within patience: Duration, _ log: DeploymentLog) async throws -> EngineSession {
        try await patiently(within: patience, log) { () async throws(EngineError) in try await engine.negotiated() }
    }

    /// Asks the Engine, and asks again what it fails as an Engine does that is being restarted or upgraded.
    ///
    /// - Parameter patience: how long to ask.
    func patiently<Answer: Sendable>(
        within patience: Duration,
        _ log: DeploymentLog,
        _ ask: () async throws(EngineError) -> Answer
    ) async throws -> Answer {
        let deadline = clock.now.advanced(by: patience)
        var isWaiting = false
        while true {
            do throws(EngineError) {
                return try await ask()
            } catch {
                guard error.mayPass, clock.now < deadline else { throw error }
                if !isWaiting { log.info("waiting for the Engine: \(error)") }
                isWaiting = true
            }
            try await clock.sleep(for: .milliseconds(500))
        }
    }
}

extension Host {
    /// The history of an app, which is empty if it has no records yet.
    func history(of app: AppName) async throws(StoreError) -> History {
        guard try Store.apps(in: state).contains(app) else { return History() }
        return try await Store(app: app, state: state).history()
    }

    /// The history of every app that has records on this host, whether the settings name it or not.
    ///
    /// - Parameter known: gives the history of an app that is in memory already.
    package func histories(
        known: (AppName) async -> History? = { _ in nil }
    ) async throws(StoreError) -> [AppName: History] {
        var all: [AppName: History] = [:]
        for name in try Store.apps(in: state) {
            if let history = await known(name) {
                all[name] = history
            } else {
                // If the records cannot be listed, they count as unreadable.
                all[name] = (try? await Store(app: name, state: state).history()) ?? History(unreadable: [0])
            }
        }
        return all
    }
}
