import Docker
import Logging

extension Deployment {
    /// `docker compose up -d --remove-orphans`, which is the switch.
    ///
    /// It is not cut short when the agent is stopped: a half-switched app would be left without anybody to finish it.
    ///
    /// - Returns: the gate that the app must pass.
    func up(_ target: Target) async throws -> Gate {
        let before = try await health(target).samples()
        let command = target.compose.up()
        try await Task(executorPreference: context.executor) { try await self.stream(command) }.value
        return Gate(
            expected: target.model.services.reduce(into: [:]) { expected, service in
                guard let release = record.services[service.key] else { return }
                expected[service.key.rawValue] = Gate.Expectation(
                    containers: service.value.replicas,
                    imageID: release.imageID.rawValue
                )
            },
            restartsBefore: Dictionary(before.map { ($0.container, $0.restarts) }) { one, _ in one },
            began: Timestamp.now.sinceEpoch
        )
    }
}
