import Docker
import DockerModel
import Linux
import Rules
import SystemPackage

/// `docker compose run --rm app npm run migrate` before the switch, `docker compose exec app …` after it.
struct Steps: Sendable {
    let app: AppSettings
    let number: Int
    let session: EngineSession
    let tools: Tools
    /// The app's history up to this deployment.
    let history: History
    /// How full a step's backup may make its filesystem, in percent.
    let refuse: Int
    /// The steps that were started so far, possibly by an earlier agent.
    let started: [Record.StepResult]
    /// Called when a step begins and when it ends; a step is on record before it runs.
    let note: @Sendable (Record.StepResult) async throws -> Void

    var log: DeploymentLog { tools.log }

    /// The deployment, such as `shop/12`. It labels a step's container, so that the next agent finds it.
    private var owner: String { "\(app.name)/\(number)" }

    /// Runs steps one after the other.
    ///
    /// - Throws: at the first step that does not end with exit code 0.
    func run(_ steps: [Policy.Step], of release: Release) async throws {
        var done = started
        for step in steps {
            if let result = started.first(where: { $0.name == step.name }) {
                try await finish(step, result)
            } else {
                try Task.checkCancellation()
                if let reason = try await needlessness(of: step, release, after: done) {
                    log.notice("step \(step.name) is left out: \(reason)")
                } else {
                    done.append(try await take(step, release, after: done))
                }
            }
        }
    }

    private func take(
        _ step: Policy.Step,
        _ release: Release,
        after done: [Record.StepResult]
    ) async throws -> Record.StepResult {
        try await refuseASecond()
        let placed = try await override(for: step, release).map { try PlacedOverride($0, in: tools.host) }
        defer { placed?.remove() }
        let compose = release.compose.merging(placed)
        if step.place == .new { try await serve(step, release, compose) }
        let command = command(of: step, release, compose)
        var result = Record.StepResult(name: step.name, when: step.moment)
        result.input = step.input
        result.output = step.output.map { Record.Backup(file: backups.path(of: $0, number).string) }
        try await note(result)
        // Not its command, into which Compose has put the values of variables.
        log.info("step \(step.name)")
        let began = tools.host.clock.now
        do {
            result.output = try await carryOut(step, command, done)
        } catch {
            await stopContainer(of: step)
            guard let error = error as? CommandError else { throw error }
            if case .exited(let code) = error.reason {
                result.exitCode = Int(code)
                try? await note(result)
            }
            throw failure(of: step, error.lastWords)
        }
        result.exitCode = 0
        result.seconds = began.duration(to: tools.host.clock.now).inSeconds
        try await note(result)
        return result
    }

    /// Compose would pass a signal on to the step. A migration must not be cut short, so a stop of the agent waits.
    private func command(of step: Policy.Step, _ release: Release, _ compose: Compose) -> Command {
        switch step.place {
        case .new:
            compose.run(
                step.command,
                in: step.service,
                labels: [Self.label: label(of: step)],
                timeout: step.timeout
            )
        // Compose finds the container by the names of project and service, also that of the release before.
        case .running: compose.exec(step.command, in: step.service, timeout: step.timeout)
        }
    }

    /// Nil for a step in the running app, which makes nothing.
    private func override(for step: Policy.Step, _ release: Release) async throws(EngineError) -> ComposeOverride? {
        guard step.place == .new else { return nil }
        return ComposeOverride(
            stepIn: step.service,
            release.images[ImageUse(step.service)]?.imageID,
            of: release.model,
            existing: try await session.networks(project: release.model.name)
        )
    }

    /// Refuses to start a step while one of an earlier deployment, whose end berth did not see, still runs.
    private func refuseASecond() async throws {
        let running = try await session.containers(label: Self.label).first { container in
            container.labels.all[Self.label]?.hasPrefix("\(app.name)/") == true && container.status == .running
        }
        guard let other = running?.labels.all[Self.label] else { return }
        throw Failure(
            .stepRunning,
            "step \(other)",
            "still runs",
            hint: "wait until it has ended, or stop its container, and drop again"
        )
    }

    /// Waits for a step that an earlier agent started; it is never started again.
    private func finish(_ step: Policy.Step, _ started: Record.StepResult) async throws {
        var result = started
        if result.exitCode == 0 { return }
        // What it read from or wrote to a file ended with the agent, whatever its exit code.
        if step.input != nil || step.output != nil {
            await stopContainer(of: step)
        } else if let container = try await containers(of: step).first {
            log.notice("step \(step.name) still runs; waiting for it")
            do throws(EngineError) {
                // For a container that was never started, the Engine would return exit code 0.
                if try await session.inspect(container).state.startedAt != nil {
                    result.exitCode = try await session.wait(container, timeout: step.timeout)
                }
            } catch {
                await stopContainer(of: step)
                throw error
            }
            try await note(result)
        }
        switch result.exitCode {
        case 0?: return
        case let code?: throw failure(of: step, "exit code \(code)")
        case nil:
            throw Failure(
                .stepLost,
                "step \(step.name)",
                "was under way when the agent ended, and its result is unknown",
                hint: "check whether it is complete, then drop the release again"
            )
        }
    }

    func failure(of step: Policy.Step, _ problem: String) -> Failure {
        Failure(.stepFailed, "step \(step.name)", "failed: \(problem)", hint: "see its lines in the journal")
    }

    private static let label = "berth.step"

    private func label(of step: Policy.Step) -> String { "\(owner)/\(step.name)" }

    private func containers(of step: Policy.Step) async throws(EngineError) -> [ContainerID] {
        try await session.containers(label: Self.label, label(of: step))
            .filter { $0.labels.all[Self.label] == label(of: step) }.map(\.id)
    }

    /// Stops a container that a killed Compose left running.
    private func stopContainer(of step: Policy.Step) async {
        do throws(EngineError) {
            for container in try await containers(of: step) { try await session.stop(container) }
        } catch {
            log.warning("the container of step \(step.name) could not be stopped: \(error)")
        }
    }
}
