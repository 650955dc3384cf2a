import Docker
import DockerModel
import Linux
import NIOCore
import Rules

/// Feeds the gate: samples the app's containers after every event that may matter, whenever time alone may change the
/// answer, and at regular intervals in case an event was lost.
struct HealthWatch {
    let session: EngineSession
    let project: ProjectName
    let host: Host
    let log: DeploymentLog
    /// How long the Engine may be unreachable, for example during an upgrade.
    var patience = Duration.seconds(120)

    /// The longest time between two samples.
    private static let poll = Duration.seconds(5)
    /// The pause before a new connection to the Engine's event stream.
    private static let reconnect = Duration.milliseconds(500)

    private var clock: EventLoopClock { host.clock }

    /// What there is of the app now.
    func scene() async throws(EngineError) -> Scene {
        let taken = clock.now
        let (now, containers) = (Timestamp.now, try await session.containers(project: project))
        let hooks = Set(containers.filter { $0.labels.hook != nil }.map(\.id))
        return Scene(samples: try await samples(of: containers, at: now), hooks: hooks, taken: taken)
    }

    /// Every container of the project's services, in any state.
    func samples() async throws(EngineError) -> [Sample] {
        // As the gate takes its own time: the time that the Engine needs to answer makes no container older.
        let now = Timestamp.now
        return try await samples(of: session.containers(project: project), at: now)
    }

    private func samples(of containers: [ContainerSummary], at now: Timestamp) async throws(EngineError) -> [Sample] {
        var samples: [Sample] = []
        for container in containers where container.labels.isReplica {
            do throws(EngineError) {
                let container = try await session.inspect(container.id)
                if let sample = Sample(container, at: now) { samples.append(sample) }
            } catch {
                // The container was removed after it was listed; the gate counts the rest.
                guard error.isNotFound else { throw error }
            }
        }
        return samples
    }

    /// Takes samples until the gate has decided.
    ///
    /// - Returns: the gate's findings; empty for a healthy app.
    /// - Throws: ``Failure`` if the Engine does not answer for too long, `CancellationError` if the task is cancelled.
    func verdict(of trial: Trial) async throws -> [Gate.Finding] {
        let (bell, ring) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await listen(ring) }
            defer { group.cancelAll() }
            return try await look(trial, at: bell, ring)
        }
    }

    private func look(
        _ trial: Trial,
        at bell: AsyncStream<Void>,
        _ ring: AsyncStream<Void>.Continuation
    ) async throws -> [Gate.Finding] {
        var gate = trial.gate
        var answered = clock.now
        var alarm: Scheduled<Void>?
        defer { alarm?.cancel() }
        for await _ in bell {
            alarm?.cancel()
            var wait = Self.poll
            do throws(EngineError) {
                let now = trial.began.duration(to: clock.now)
                let samples = try await samples()
                answered = clock.now
                switch gate.judge(samples, at: now, until: trial.began.duration(to: answered)) {
                case .healthy: return []
                case .unhealthy(let findings): return findings
                case .pending(let until): wait = min(until - now, wait)
                }
            } catch {
                log.debug("the Engine did not answer the health gate: \(error)")
                guard answered.duration(to: clock.now) < patience else {
                    throw Failure(error).within("the Engine stopped answering:", as: .engineUnreachable)
                }
            }
            alarm = host.eventLoop.scheduleTask(in: TimeAmount(wait)) { _ = ring.yield() }
        }
        throw CancellationError()
    }

    /// Rings when the event stream is open, and for every event that may change the gate's decision.
    private func listen(_ ring: AsyncStream<Void>.Continuation) async throws {
        while true {
            do throws(EngineError) {
                try await session.withEvents(project: project) { events throws(EngineError) in
                    ring.yield()
                    for try await event in events where event.action.concernsHealth { ring.yield() }
                }
            } catch {
                log.debug("the Engine's event stream ended: \(error)")
            }
            // Ring even if the Engine is gone, so that the patience with it can run out.
            ring.yield()
            try await clock.sleep(for: Self.reconnect)
        }
    }
}
