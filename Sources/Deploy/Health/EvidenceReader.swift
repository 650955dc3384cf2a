import Docker
import Rules

/// Collects the Engine's facts about the failing containers, before anything changes them.
struct EvidenceReader: Sendable {
    let session: EngineSession
    let tools: Tools

    func evidence(_ findings: [Gate.Finding]) async -> [Evidence] {
        var all: [Evidence] = []
        for finding in findings {
            var evidence = Evidence(finding)
            if let id = finding.container, let container = try? await session.inspect(id) {
                let lines = (try? await session.logs(id, tail: Excerpt.lineLimit)) ?? []
                evidence.container = Evidence.Container(container, log: lines, tools.redaction)
            }
            report(evidence)
            all.append(evidence)
        }
        return all
    }

    /// Logs the evidence too, with its service as a field.
    private func report(_ evidence: Evidence) {
        let log = tools.log.with("service", "\(evidence.service)")
        log.error("\(evidence.service) \(evidence.problem)")
        for probe in evidence.container?.probes ?? [] {
            log.notice("\(evidence.service) healthcheck, exit code \(probe.exitCode): \(probe.output)")
        }
        for line in evidence.container?.log ?? [] { log.notice("\(evidence.service) | \(line)") }
    }
}
