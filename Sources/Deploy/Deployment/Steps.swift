import Docker
import DockerModel
import Linux
import Logging
import Rules

extension Deployment {
    /// `docker compose run --rm app npm run migrate` before the switch, `docker compose exec app …` after it.
    ///
    /// - Throws: at the first step that does not end with exit code 0.
    func takeSteps(_ moment: Policy.Step.Moment, _ release: Target) async throws {
        let steps = release.policy.steps(moment)
        // The steps' own time limits add up to more than any phase is given.
        let limit = steps.reduce(Duration.seconds(300)) { $0 + $1.timeout }
        deadline = context.clock.now.advanced(by: limit)
        for step in steps {
            if let index = record.steps.firstIndex(where: { $0.name == step.name }) {
                try await finish(step, at: index, release.engine)
            } else {
                try Task.checkCancellation()
                try await take(step, release)
            }
        }
    }

    private func take(_ step: Policy.Step, _ release: Target) async throws {
        try await refuseASecond(step, release.engine)
        let index = record.steps.count
        record.steps.append(Record.StepResult(name: step.name, when: step.moment))
        try saveStep(step)
        // Not its command, which Compose has filled in with the values of variables.
        log.info("\(name): step \(step.name)")
        let began = context.clock.now
        do throws(CommandError) {
            try await run(step, release)
            record.steps[index].exitCode = 0
        } catch {
            if case .exited(let code) = error.reason { record.steps[index].exitCode = Int(code) }
            await stopContainer(of: step, release.engine)
            let last = error.lastLines.last { !$0.isEmpty }.map { ": \($0)" } ?? ""
            throw Failure("step \(step.name) failed: \(error.problem)\(last)", hint: "see its lines in the journal")
        }
        record.steps[index].seconds = began.duration(to: context.clock.now).inSeconds
        try saveStep(step)
    }

    /// A step is on record before it runs; after the switch a full disk is no reason to take a healthy release back.
    private func saveStep(_ step: Policy.Step) throws(StoreError) {
        do throws(StoreError) {
            try store.save(record)
        } catch {
            guard step.moment == .after else { throw error }
            log.warning("\(name): the record cannot be written: \(error)")
        }
    }

    /// A step of an earlier deployment whose end nobody saw may still run.
    private func refuseASecond(_ step: Policy.Step, _ engine: Engine) async throws {
        let running = try await engine.containers().first { container in
            container.labels.all[Self.stepLabel]?.hasPrefix("\(record.app)/") == true && container.status == .running
        }
        guard let other = running?.labels.all[Self.stepLabel] else { return }
        throw Failure(
            "step \(other) still runs",
            hint: "wait until it has ended, or stop its container, and drop again"
        )
    }

    private func run(_ step: Policy.Step, _ release: Target) async throws(CommandError) {
        switch step.moment {
        case .before:
            let command = release.compose.run(
                step.command,
                in: step.service,
                // Services that run are not to be changed before the switch; on an empty host they are needed.
                alone: await hasContainers(release),
                labels: [Self.stepLabel: label(of: step)],
                timeout: step.timeout
            )
            // Compose would hand a stop of the agent on to the step: a migration is not cut in two.
            try await unbroken { () async throws(CommandError) in try await self.stream(command) }
        case .after:
            let command = release.compose.exec(step.command, in: step.service, timeout: step.timeout)
            try await unbroken { () async throws(CommandError) in try await self.stream(command) }
        }
    }

    /// Ends a step that an earlier agent had started; it is never started again.
    private func finish(_ step: Policy.Step, at index: Int, _ engine: Engine) async throws {
        if record.steps[index].exitCode == 0 { return }
        if let container = try await containers(of: step, engine).first {
            log.notice("\(name): step \(step.name) still runs; waiting for it")
            do throws(EngineError) {
                // One that was made and never started would be answered with exit code 0.
                if try await engine.inspect(container).state.startedAt != nil {
                    record.steps[index].exitCode = try await engine.wait(container, timeout: step.timeout)
                }
            } catch {
                await stopContainer(of: step, engine)
                throw error
            }
            try saveStep(step)
        }
        switch record.steps[index].exitCode {
        case 0?: return
        case let code?:
            throw Failure("step \(step.name) failed: exit code \(code)", hint: "see its lines in the journal")
        case nil:
            throw Failure(
                "step \(step.name) was under way when the agent ended, and how it ended is not known",
                hint: "see whether it is complete, then drop the release again"
            )
        }
    }

    private static let stepLabel = "berth.step"

    private func label(of step: Policy.Step) -> String {
        "\(record.app)/\(record.number)/\(step.name)"
    }

    private func containers(of step: Policy.Step, _ engine: Engine) async throws(EngineError) -> [ContainerID] {
        try await engine.containers().filter { $0.labels.all[Self.stepLabel] == label(of: step) }.map(\.id)
    }

    /// Ends what Compose, which was ended, has left running.
    private func stopContainer(of step: Policy.Step, _ engine: Engine) async {
        do throws(EngineError) {
            for container in try await containers(of: step, engine) { try await engine.stop(container) }
        } catch {
            log.warning("\(name): the container of step \(step.name) could not be stopped: \(error)")
        }
    }

    private func hasContainers(_ release: Target) async -> Bool {
        let containers = try? await release.engine.containers(project: release.model.name)
        return containers?.contains { !$0.labels.isOneOff } ?? true
    }
}
