import Docker
import DockerModel
import Linux
import Rules

/// `docker compose up -d --remove-orphans`: the switch.
struct Switch: Sendable {
    let release: Release
    let session: EngineSession
    let tools: Tools

    /// What has to be done and known before the switch: the references that the Compose file names come to stand for the
    /// release's own images, whatever they stand for now.
    ///
    /// - Returns: the app's containers as they are.
    func prepare() async throws(EngineError) -> [Sample] {
        for entry in release.namePlan.entries { try await session.tag(entry.imageID, as: entry.reference) }
        return try await watch.samples()
    }

    /// It is not cut short when the agent is stopped: that would leave a half-switched app.
    ///
    /// - Parameter before: the containers from before.
    /// - Returns: the gate that the app must pass.
    func run(_ before: [Sample]) async throws(Failure) -> Gate {
        do throws(CommandError) {
            try await tools.streamUnbroken(release.compose.up())
        } catch {
            throw Failure(error, of: .upFailed).with(await evidence(gate(before)))
        }
        return gate(before)
    }

    private var watch: HealthWatch {
        HealthWatch(session: session, project: release.model.name, host: tools.host, log: tools.log)
    }

    private func gate(_ before: [Sample]) -> Gate {
        Gate(
            expected: release.expectations,
            policy: release.policy.health,
            restartsBefore: Dictionary(before.map { ($0.container, $0.restarts) }) { one, _ in one },
            oomKilledBefore: Set(before.filter(\.oomKilled).map(\.container)),
            began: .now
        )
    }

    /// Compose itself waits for a service that others depend on, and gives up with it: the containers tell why.
    private func evidence(_ gate: Gate) async -> [Evidence] {
        var gate = gate
        guard let samples = try? await watch.samples(), case .unhealthy(let findings) = gate.judge(samples, at: .now)
        else { return [] }
        return await EvidenceReader(session: session, tools: tools).evidence(findings)
    }
}
