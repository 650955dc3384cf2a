import Docker
import DockerModel
import Linux
import Rules

/// `docker compose up -d --remove-orphans`: the switch.
struct Switch: Sendable {
    let release: Release
    let session: EngineSession
    let tools: Tools
    /// The services that the last good release is known to have kept running.
    var longRunning: Set<ServiceName> = []

    /// Prepares the switch: tags the release's own images with the names in the Compose file, whatever images have
    /// these names now.
    ///
    /// - Returns: the app before the switch.
    func prepare() async throws(EngineError) -> Scene {
        for entry in release.namePlan.entries { try await session.tag(entry.imageID, as: entry.reference) }
        return try await watch.scene()
    }

    /// Switches. A stop of the agent does not cut this short, because that would leave a half-switched app.
    ///
    /// - Parameter before: the app before the switch.
    /// - Returns: the trial that the app must pass.
    func run(_ before: Scene) async throws(Failure) -> Trial {
        do throws(CommandError) {
            try await tools.streamUnbroken(release.compose.up(within: release.upLimit))
        } catch {
            throw Failure(error, of: .upFailed).with(await evidence(trial(before)))
        }
        return trial(before)
    }

    private var watch: HealthWatch {
        HealthWatch(session: session, project: release.model.name, host: tools.host, log: tools.log)
    }

    private func trial(_ before: Scene) -> Trial {
        let now = tools.host.clock.now
        let gate = Gate(
            expected: expectations(before),
            policy: release.policy.health,
            before: before.samples,
            switchTook: before.taken.duration(to: now)
        )
        return Trial(gate: gate, began: now, hooksBefore: before.hooks)
    }

    /// A service that ran in the last good release and did so until the switch is a server, and must not end.
    private func expectations(_ before: Scene) -> [ServiceName: Gate.Expectation] {
        let running = longRunning.intersection(before.samples.filter(\.state.isUp).map(\.service))
        var expectations = release.expectations
        for service in running { expectations[service]?.isLongRunning = true }
        return expectations
    }

    /// Compose waits for a service that others depend on, and fails if it fails: the containers tell why.
    private func evidence(_ trial: Trial) async -> [Evidence] {
        var gate = trial.gate
        let reader = EvidenceReader(session: session, tools: tools)
        let hooks = await reader.failedHooks(of: release.model.name, since: trial)
        let now = trial.began.duration(to: tools.host.clock.now)
        guard let samples = try? await watch.samples(), case .unhealthy(let findings) = gate.judge(samples, at: now)
        else { return hooks }
        return await reader.evidence(findings) + hooks
    }
}
