import Docker
import DockerModel
import Linux
import Logging
import Rules
import SystemPackage

extension Deployment {
    /// Waits until the gate has decided.
    func awaitHealth(_ target: Target, _ gate: Gate) async throws {
        let findings = try await health(target).verdict(of: gate)
        guard !findings.isEmpty else { return }
        throw Failure(
            findings.map { "\($0.service) \($0.problem)" }.joined(separator: ", "),
            hint: "see docker compose logs in \(app.directory)",
            evidence: await evidence(findings, target.engine)
        )
    }

    func health(_ target: Target) -> HealthWatch {
        HealthWatch(engine: target.engine, project: target.model.name, eventLoop: context.eventLoop, log: log)
    }

    /// Asks the Engine what it knows of the containers to blame, before anything is done about them.
    func evidence(_ findings: [Gate.Finding], _ engine: Engine) async -> [Evidence] {
        let redaction = redaction
        var all: [Evidence] = []
        for finding in findings {
            var evidence = Evidence(finding)
            if let id = finding.container.map(ContainerID.init(rawValue:)),
                let container = try? await engine.inspect(id)
            {
                let lines = (try? await engine.logs(id, tail: Excerpt.lineLimit)) ?? []
                evidence.container = Evidence.Container(container, log: lines, redaction)
            }
            report(evidence)
            all.append(evidence)
        }
        return all
    }

    /// Evidence is in the journal too, under its service.
    private func report(_ evidence: Evidence) {
        var log = log
        log[metadataKey: "service"] = "\(evidence.service)"
        log.error("\(name): \(evidence.service) \(evidence.problem)")
        for probe in evidence.container?.probes ?? [] {
            log.notice("\(name): \(evidence.service) healthcheck, exit code \(probe.exitCode): \(probe.output)")
        }
        for line in evidence.container?.log ?? [] { log.notice("\(name): \(evidence.service) | \(line)") }
    }

    /// Takes out of what the app and its tools write the secrets that berth can know of.
    var redaction: Redaction {
        let file = (try? File.read(app.directory.appending(".env"))) ?? []
        return Redaction(
            environment: String(decoding: file, as: UTF8.self),
            secrets: credential.map { [$0.secret.reveal()] } ?? []
        )
    }
}
