import Docker

extension Deployment {
    /// Waits until the gate has decided.
    func awaitHealth(_ target: Target, _ gate: Gate) async throws {
        let evidence = try await health(target).verdict(of: gate)
        guard evidence.isEmpty else {
            let problems = evidence.map { "\($0.service) \($0.problem)" }
            throw Failure(
                problems.joined(separator: ", "),
                hint: "see docker compose logs in \(app.directory)",
                evidence: evidence
            )
        }
    }

    func health(_ target: Target) -> HealthWatch {
        HealthWatch(engine: target.engine, project: target.model.name, eventLoop: context.eventLoop, log: log)
    }
}
