import Docker
import DockerModel
import Linux
import Logging
import Rules

extension Deployment {
    /// `docker compose up -d --remove-orphans`, which is the switch.
    ///
    /// It is not cut short when the agent is stopped: a half-switched app would be left without anybody to finish it.
    ///
    /// - Returns: the gate that the app must pass.
    func up(_ target: Target) async throws -> Gate {
        let before = try await stand(by: target)
        let command = target.compose.up()
        do throws(CommandError) {
            try await unbroken { () async throws(CommandError) in try await self.stream(command) }
        } catch {
            throw await failureOfUp(Failure(error), target, gate(target, before))
        }
        return gate(target, before)
    }

    /// What has to be done and known before the switch; where it fails for the first time, the app is as it was.
    private func stand(by target: Target) async throws -> [Sample] {
        do throws(EngineError) {
            try await nameImages(of: target)
            return try await health(target).samples()
        } catch {
            let failure = Failure(error)
            throw hasSwitched ? failure : Failure(failure.problem, hint: failure.hint, verdict: .failed)
        }
    }

    private func gate(_ target: Target, _ before: [Sample]) -> Gate {
        Gate(
            expected: target.expectations,
            policy: target.policy.health,
            restartsBefore: Dictionary(before.map { ($0.container, $0.restarts) }) { one, _ in one },
            oomKilledBefore: Set(before.filter(\.oomKilled).map(\.container)),
            began: Timestamp.now.sinceEpoch
        )
    }

    /// Compose itself waits for a service that others depend on, and gives up with it: the containers tell why.
    private func failureOfUp(_ failure: Failure, _ target: Target, _ gate: Gate) async -> Failure {
        var gate = gate
        guard let samples = try? await health(target).samples(),
            case .unhealthy(let findings) = gate.judge(samples, at: Timestamp.now.sinceEpoch)
        else { return failure }
        return Failure(failure.problem, hint: failure.hint, evidence: await evidence(findings, target.engine))
    }

    /// Lets the references that the Compose file names stand for the release's own images, whatever they stand for now.
    private func nameImages(of target: Target) async throws(EngineError) {
        for entry in target.namePlan.entries {
            let reference = ImageReference(rawValue: entry.reference)
            try await target.engine.tag(ImageID(rawValue: entry.imageID), as: reference)
        }
    }
}
