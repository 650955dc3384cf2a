import Docker
import DockerModel
import Linux
import NIOCore
import Rules

/// Feeds the gate: asks the Engine for the app's containers after every event that may matter, when time alone may have
/// changed the answer, and once in a while in case an event was lost.
struct HealthWatch {
    let session: EngineSession
    let project: ProjectName
    let host: Host
    let log: DeploymentLog
    /// How long the Engine may stay away, for example because it is being upgraded.
    var patience = Duration.seconds(120)

    /// How long the app may go without being looked at.
    private static let poll = Duration.seconds(5)
    /// How long to wait for an Engine that has gone away before it is asked again.
    private static let reconnect = Duration.milliseconds(500)

    private var clock: EventLoopClock { host.clock }

    /// Every container of the project that is not a one-off, in any state.
    func samples() async throws(EngineError) -> [Sample] {
        var samples: [Sample] = []
        for container in try await session.containers(project: project) where !container.labels.isOneOff {
            do throws(EngineError) {
                if let sample = try await Sample(session.inspect(container.id)) { samples.append(sample) }
            } catch {
                // It went between the list and the look: the gate counts what is left.
                guard error.isNotFound else { throw error }
            }
        }
        return samples
    }

    /// Looks until the gate has decided.
    ///
    /// - Returns: what the gate has found; nothing for a healthy app.
    /// - Throws: ``Failure`` where the Engine has not answered for too long, `CancellationError` where the task was
    ///   cancelled.
    func verdict(of gate: Gate) async throws -> [Gate.Finding] {
        let (bell, ring) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await listen(ring) }
            defer { group.cancelAll() }
            return try await look(gate, at: bell, ring)
        }
    }

    private func look(
        _ gate: Gate,
        at bell: AsyncStream<Void>,
        _ ring: AsyncStream<Void>.Continuation
    ) async throws -> [Gate.Finding] {
        var gate = gate
        var answered = clock.now
        var alarm: Scheduled<Void>?
        defer { alarm?.cancel() }
        for await _ in bell {
            alarm?.cancel()
            var wait = Self.poll
            do throws(EngineError) {
                let samples = try await samples()
                answered = clock.now
                let now = Timestamp.now
                switch gate.judge(samples, at: now) {
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

    /// Rings once the stream of events stands, and for every event that may change the gate's mind.
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
            // An Engine that is gone is looked at too: it may not stay away for ever.
            ring.yield()
            try await clock.sleep(for: Self.reconnect)
        }
    }
}
