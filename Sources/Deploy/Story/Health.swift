import Docker
import DockerModel
import Rules

/// Waits until the gate has decided.
struct Health: Sendable {
    let release: Release
    let session: EngineSession
    let tools: Tools

    /// - Throws: ``Failure`` with evidence if the app is not healthy.
    func run(_ trial: Trial) async throws {
        let watch = HealthWatch(session: session, project: release.model.name, host: tools.host, log: tools.log)
        let findings = try await watch.verdict(of: trial)
        guard !findings.isEmpty else { return }
        let reader = EvidenceReader(session: session, tools: tools)
        let evidence = await reader.evidence(findings)
        throw Failure(
            .notHealthy,
            "",
            findings.map { "\($0.service) \($0.problem)" }.joined(separator: ", "),
            hint: "see docker compose logs in \(release.compose.directory)",
            evidence: evidence + (await reader.failedHooks(of: release.model.name, since: trial))
        )
    }
}
