import Docker
import DockerModel
import FoundationEssentials
import Linux
import Logging
import Rules
import SystemPackage

extension Deployment {
    /// The deployment's name in messages.
    var name: String { "\(record.app) #\(record.number)" }

    /// Runs one phase: it is in the record before it acts, and in the record, the journal and the status while it acts.
    func phase<Value>(_ phase: Phase, _ body: () async throws -> Value) async throws(Setback) -> Value {
        log[metadataKey: "phase"] = "\(phase)"
        defer { log[metadataKey: "phase"] = nil }
        record.phases.append(Record.PhaseTime(name: phase))
        await context.status.set("#\(record.number) \(phase)", for: record.app)
        let began = context.clock.now
        deadline = began.advanced(by: phase.limit)
        do {
            try saveOrGoOn(before: phase)
            log.info("\(name): \(phase)")
            let value = try await body()
            record.phases[record.phases.count - 1].seconds = began.duration(to: context.clock.now).inSeconds
            return value
        } catch {
            record.phases[record.phases.count - 1].seconds = began.duration(to: context.clock.now).inSeconds
            if Task.isCancelled { throw .interrupted(phase) }
            throw .failed(phase, Failure(error))
        }
    }

    /// Ends the drop in its verdict: in the record first, then in the journal.
    func conclude(_ verdict: Verdict, _ failure: Failure? = nil) async {
        record.verdict = verdict
        record.reason = failure?.reason
        record.evidence = failure?.evidence ?? []
        record.running = await running()
        record.ended = Date()
        do {
            try store.save(record)
        } catch {
            log.error("\(name): the verdict cannot be recorded: \(error)")
        }
        log.verdict(of: record)
        if project != nil { await letGo(context.engine) }
        await context.status.set("#\(record.number) \(verdict)", for: record.app)
    }

    /// Before the switch a record that cannot be written ends the deployment, and the app is as it was; after it that is no
    /// reason to stop half-way.
    private func saveOrGoOn(before phase: Phase) throws(Failure) {
        do throws(StoreError) {
            try store.save(record)
        } catch {
            guard hasSwitched else {
                throw Failure("\(error.path) \(error.problem)", hint: error.hint, verdict: phase == .up ? .failed : nil)
            }
            log.warning("\(name): the record cannot be written: \(error)")
        }
    }

    /// Whether the app may have been changed: a switch was begun before the phase that is about to begin.
    var hasSwitched: Bool { record.phases.dropLast().contains { $0.name.touchesApp } }

    /// What runs of the app now; nil where the Engine does not say.
    private func running() async -> [ServiceName: ImageID]? {
        guard let containers = try? await context.engine.negotiated().containers() else { return nil }
        return containers.reduce(into: [:]) { running, container in
            let labels = container.labels
            guard container.status == .running, !labels.isOneOff, let service = labels.service else { return }
            // Before Compose has told the project's name, its containers are known by their folder.
            let isOwn = project.map { labels.project == $0 } ?? (labels.directory == app.directory.string)
            if isOwn { running[service] = container.imageID }
        }
    }
}

extension Duration {
    /// To the millisecond.
    var inSeconds: Double {
        (self / .milliseconds(1)).rounded() / 1000
    }
}
