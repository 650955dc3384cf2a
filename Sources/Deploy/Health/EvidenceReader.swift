import Docker
import DockerModel
import Rules

/// Collects the Engine's facts about the failing containers, before anything changes them.
struct EvidenceReader: Sendable {
    let session: EngineSession
    let tools: Tools

    /// Collects what there is about findings, and about the hooks of the app that have failed since the switch, all at the same
    /// time: the way back waits for it.
    func evidence(_ findings: [Gate.Finding], of project: ProjectName, since trial: Trial) async -> [Evidence] {
        async let hooks = evidence(failedHooks(of: project, since: trial))
        let all = await evidence(findings) + hooks
        all.forEach(report)
        return all
    }

    private func evidence(_ findings: [Gate.Finding]) async -> [Evidence] {
        await withTaskGroup(of: (Int, Evidence).self) { group in
            for (index, finding) in findings.enumerated() {
                group.addTask { (index, await evidence(finding)) }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func evidence(_ finding: Gate.Finding) async -> Evidence {
        var evidence = Evidence(finding)
        if let id = finding.container, let container = try? await session.inspect(id) {
            let lines = (try? await session.logs(of: container, tail: Excerpt.lineLimit)) ?? []
            evidence.container = Evidence.Container(container, log: lines, tools.redaction)
        }
        return evidence
    }

    /// A hook's container is none of its service's, so the gate does not judge it; but it may tell why an app is ill.
    private func failedHooks(of project: ProjectName, since trial: Trial) async -> [Gate.Finding] {
        var findings: [Gate.Finding] = []
        for summary in (try? await session.hooks(project: project)) ?? [] where !trial.hooksBefore.contains(summary.id)
        {
            guard let service = summary.labels.service, let hook = summary.labels.hook,
                let state = try? await session.inspect(summary.id).state, !state.status.isUp, state.exitCode != 0
            else { continue }
            let problem = "hook \(hook) failed, exit code \(state.exitCode)"
            findings.append(Gate.Finding(service: service, container: summary.id, problem: problem))
        }
        return findings
    }

    /// Logs the evidence too, with its service as a field.
    private func report(_ evidence: Evidence) {
        let log = tools.log.with(.service, "\(evidence.service)")
        log.error("\(evidence.service) \(evidence.problem)")
        for line in evidence.container?.probeLines ?? [] { log.notice("\(evidence.service) \(line)") }
        for line in evidence.container?.log ?? [] { log.notice("\(evidence.service) | \(line)") }
    }
}
