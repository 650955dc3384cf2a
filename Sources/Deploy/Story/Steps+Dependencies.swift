import Docker
import DockerModel
import Linux
import Rules

/// What the service of a step depends on.
extension Steps {
    /// How long a step may take, with what it depends on. A backup's digest may take as long as its step.
    static func limit(of step: Policy.Step, in release: Release) -> Duration {
        let own = step.timeout * (step.output == nil ? 1 : 2)
        return step.place == .new ? own + release.upLimit * 2 : own
    }

    /// Starts what the step's service depends on and does not run, as Compose would. What runs stays as it is: without
    /// `--no-deps`, `docker compose run` makes anew what the release defines otherwise, and that is the switch.
    func serve(_ step: Policy.Step, _ release: Release, _ compose: Compose) async throws {
        let missing = try await missing(step, release)
        guard !missing.isEmpty else { return }
        log.info("step \(step.name) needs \(missing.map(\.rawValue).joined(separator: ", ")): starting")
        do throws(CommandError) {
            // Among these, Compose keeps the order, and waits.
            try await tools.streamUnbroken(compose.start(missing, within: release.upLimit))
        } catch {
            throw failure(of: step, "what it depends on does not start: \(error.lastWords)")
        }
        try Task.checkCancellation()
        try await awaitReadiness(missing, step, release, compose)
    }

    /// The services that a step needs and that neither run nor have ended as they were to. A provider has no container, so it
    /// is started again.
    private func missing(_ step: Policy.Step, _ release: Release) async throws(EngineError) -> [ServiceName] {
        let containers = try await session.containers(project: release.model.name).filter(\.labels.isReplica)
        let missing = release.model.dependencies(of: step.service).filter { service, condition in
            !containers.contains { container in
                container.labels.service == service && (container.status.isUp || condition == .completed)
            }
        }
        return missing.keys.sorted()
    }

    /// Waits for what was started, as the step's service demands.
    private func awaitReadiness(
        _ started: [ServiceName],
        _ step: Policy.Step,
        _ release: Release,
        _ compose: Compose
    ) async throws {
        let end = tools.host.clock.now.advanced(by: release.upLimit)
        let conditions = release.model.services[step.service]?.dependencies ?? [:]
        let healthy = started.filter { conditions[$0] == .healthy && release.model.services[$0]?.isProvided == false }
        do throws(CommandError) {
            if !healthy.isEmpty {
                try await tools.stream(compose.start(healthy, isAwaited: true, within: release.upLimit))
            }
        } catch {
            throw failure(of: step, "what it depends on does not become healthy: \(error.lastWords)")
        }
        for service in started where conditions[service] == .completed {
            for container in try await session.containers(project: release.model.name)
            where container.labels.isReplica && container.labels.service == service {
                let rest = max(tools.host.clock.now.duration(to: end), .seconds(1))
                let code = try await session.wait(container.id, timeout: rest)
                guard code == 0 else {
                    throw failure(of: step, "service \(service), whose end it waits for, ended with exit code \(code)")
                }
            }
        }
    }
}

extension CommandError {
    /// What has failed, with the command's last words.
    var lastWords: String { lastLine.map { "\(problem): \($0)" } ?? problem }
}
