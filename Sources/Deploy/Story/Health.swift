import Docker
import DockerModel
import Rules

/// Waits until the gate has decided.
struct Health: Sendable {
    let release: Release
    let session: EngineSession
    let tools: Tools

    /// - Returns: the images that run, as the gate found them.
    /// - Throws: ``Failure`` with evidence if the app is not healthy.
    @discardableResult
    func run(_ trial: Trial) async throws -> [ServiceName: ImageID] {
        let watch = HealthWatch(session: session, project: release.model.name, host: tools.host, log: tools.log)
        let outcome = try await watch.verdict(of: trial)
        let findings = outcome.findings
        guard !findings.isEmpty else { return outcome.samples.running }
        let reader = EvidenceReader(session: session, tools: tools)
        let evidence = await reader.evidence(findings, of: release.model.name, since: trial)
        throw Failure(
            .notHealthy,
            "",
            findings.map { "\($0.service) \($0.problem)" }.joined(separator: ", "),
            hint: "see docker compose logs in \(release.compose.directory)",
            evidence: evidence
        )
    }
}

extension [Sample] {
    /// The image of each service that runs.
    fileprivate var running: [ServiceName: ImageID] {
        reduce(into: [:]) { running, sample in
            if sample.state == .running { running[sample.service] = sample.imageID }
        }
    }
}
