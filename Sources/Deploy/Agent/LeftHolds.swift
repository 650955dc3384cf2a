import Docker
import DockerModel
import Logging
import Rules

/// The holds that earlier agents have left, if they ended in mid-deployment: the Engine is asked once for all apps, by the
/// first worker that wants to know.
actor LeftHolds {
    private let host: Host
    private let log: Logger
    private var found: (session: EngineSession, holds: [AppName: [ContainerID]])?
    private var isAsking = false
    /// Those who wait for the one that asks.
    private var waiting: [AsyncStream<any Error>.Continuation] = []

    init(on host: Host, _ log: Logger) {
        self.host = host
        self.log = log
    }

    /// The holds of an app, and a session to remove them with. At boot, the Engine may start after berth.
    ///
    /// - Throws: why the Engine does not tell; `CancellationError` if the task is cancelled, also while another one asks.
    func holds(of app: AppName) async throws -> (session: EngineSession, holds: [ContainerID]) {
        while true {
            try Task.checkCancellation()
            if let found { return (found.session, found.holds[app] ?? []) }
            if isAsking { try await answer() } else { try await ask(for: app) }
        }
    }

    private func ask(for app: AppName) async throws {
        isAsking = true
        defer {
            isAsking = false
            waiting.forEach { $0.finish() }
            waiting = []
        }
        do {
            let session = try await host.reachEngine(within: Host.bootPatience, DeploymentLog(log, app: app))
            found = (session, try await Holds.all(session))
        } catch {
            // If only this task is to end, the next one asks.
            if !Task.isCancelled { waiting.forEach { $0.yield(error) } }
            throw error
        }
    }

    /// Waits until the task that asks has its answer.
    private func answer() async throws {
        let (failures, end) = AsyncStream.makeStream(of: (any Error).self)
        waiting.append(end)
        for await failure in failures { throw failure }
    }
}
