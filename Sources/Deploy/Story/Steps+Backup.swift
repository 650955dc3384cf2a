import Docker
import DockerModel
import Linux
import Rules
import SystemPackage

/// Steps that write a backup, or read one.
extension Steps {
    var backups: Backups { Backups(folder: app.backups) }

    /// Runs a step's command, between the backups that it reads and writes.
    ///
    /// - Parameter done: the earlier steps.
    /// - Returns: the backup that it has written, whole and on the disk.
    func carryOut(_ step: Policy.Step, _ command: Command, _ done: [Record.StepResult]) async throws -> Record.Backup? {
        let source = done.first { $0.name == step.input }?.output
        let input = try source.map { backup throws(Failure) in try backups.open(backup) }
        defer { try? input?.close() }
        guard let output = step.output else {
            try await tools.unbroken { try await tools.stream(command, from: input) }
            return nil
        }
        // What the step has written is no backup before it has its name.
        let backup = try await tools.unbroken { try await write(output, command, input) }
        log.notice("backup \(backup.file): \((backup.size ?? 0).inUnits), SHA-256 \(backup.sha256 ?? "")")
        letGo(output)
        return backup
    }

    private func write(
        _ output: Policy.Step.Output,
        _ command: Command,
        _ input: FileDescriptor?
    ) async throws -> Record.Backup {
        let draft = try backups.begin(output, of: number)
        do {
            try await fill(draft, command, input)
            return try await backups.finish(draft, output)
        } catch {
            // Docker says of a full disk only that it failed.
            let trouble = error is CommandError ? draft.trouble() : nil
            throw trouble.map { Backups.unwritable(draft.path, $0) } ?? error
        }
    }

    private func fill(_ draft: DraftFile, _ command: Command, _ input: FileDescriptor?) async throws {
        try await withThrowingTaskGroup(of: Void.self) { race in
            race.addTask { try await tools.stream(command, from: input, into: draft.descriptor) }
            race.addTask { try await backups.awaitFull(refuse, tools.host.clock) }
            defer { race.cancelAll() }
            _ = try await race.next()
        }
    }

    /// Removes older backups beyond the output's `keep`; none if it is not known which releases are good.
    private func letGo(_ output: Policy.Step.Output) {
        guard history.isComplete else { return }
        let kept = history.kept(app.keep).union([number])
        for file in backups.removeOld(output, at: number, kept: kept) { log.info("removed the backup \(file)") }
    }

    /// Why there is nothing for a step to do; nil if there is.
    func needlessness(
        of step: Policy.Step,
        _ release: Release,
        after done: [Record.StepResult]
    ) async throws(EngineError) -> String? {
        if let input = step.input, !done.contains(where: { $0.name == input }) {
            return "it reads what step \(input) writes, which is left out"
        }
        // A service that is only stopped has data, and the step fails.
        guard step.moment == .before, step.place == .running, history.lastGood?.images[ImageUse(step.service)] == nil
        else {
            return nil
        }
        let containers = try await session.containers(project: release.model.name)
        let isThere = containers.contains { $0.labels.isReplica && $0.labels.service == step.service }
        return isThere ? nil : "service \(step.service) has never run here"
    }
}
