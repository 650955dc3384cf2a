import Docker
import DockerModel
import Linux
import Rules

/// `docker compose up -d --remove-orphans`: the switch.
struct Switch: Sendable {
    let release: Release
    let session: EngineSession
    let tools: Tools

    /// Prepares the switch: tags the release's own images with the names in the Compose file, whatever images have
    /// these names now.
    ///
    /// - Returns: the app's containers before the switch.
    func prepare() async throws(EngineError) -> [Sample] {
        for entry in release.namePlan.entries { try await session.tag(entry.imageID, as: entry.reference) }
        return try await watch.samples()
    }

    /// Switches. A stop of the agent does not cut this short, because that would leave a half-switched app.
    ///
    /// - Parameter before: the containers before the switch.
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

    /// Compose waits for a service that others depend on, and fails if it fails: the containers tell why.
    private func evidence(_ gate: Gate) async -> [Evidence] {
        var gate = gate
        guard let samples = try? await watch.samples(), case .unhealthy(let findings) = gate.judge(samples, at: .now)
        else { return [] }
        return await EvidenceReader(session: session, tools: tools).evidence(findings)
    }
}
