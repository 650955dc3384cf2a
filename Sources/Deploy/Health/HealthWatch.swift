import Docker
import DockerModel
import Linux
import NIOCore
import Rules
import Synchronization

/// Feeds the gate: takes a sample of a container after every event of it that may matter, unless the event tells all, and of all
/// the app's containers whenever time alone may change the answer, and at regular intervals in case an event was lost.
struct HealthWatch {
    let session: EngineSession
    let project: ProjectName
    let host: Host
    let log: DeploymentLog
    /// How long the Engine may be unreachable, for example during an upgrade.
    var patience = Duration.seconds(120)

    /// The longest time between two looks at all containers.
    private static let poll = Duration.seconds(5)
    /// The pause before a new connection to the Engine's event stream.
    private static let reconnect = Duration.milliseconds(500)

    private var clock: EventLoopClock { host.clock }

    /// What there is of the app now.
    func scene() async throws(EngineError) -> Scene {
        let taken = clock.now
        // As the gate takes its own time: the time that the Engine needs to answer makes no container older.
        let (now, containers) = (Timestamp.now, try await session.containers(project: project))
        let hooks = Set(containers.filter { $0.labels.hook != nil }.map(\.id))
        let samples = try await samples(of: containers.filter(\.labels.isReplica).map(\.id), at: now)
        return Scene(samples: samples, names: containers.namesInUse, hooks: hooks, taken: taken)
    }

    /// Every container of the project's services, in any state.
    func samples() async throws(EngineError) -> [Sample] {
        try await scene().samples
    }

    /// Inspects containers, all at the same time.
    private func samples(of containers: [ContainerID], at now: Timestamp) async throws(EngineError) -> [Sample] {
        let results = await withTaskGroup(of: Result<Sample?, EngineError>.self) { group in
            for container in containers {
                group.addTask {
                    do throws(EngineError) {
                        return .success(try await sample(of: container, at: now))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        var samples: [Sample] = []
        for result in results {
            if let sample = try result.get() { samples.append(sample) }
        }
        return samples
    }

    /// Nil if the container is gone, or is none of a service's own; the gate counts the rest.
    private func sample(of container: ContainerID, at now: Timestamp) async throws(EngineError) -> Sample? {
        do throws(EngineError) {
            let container = try await session.inspect(container)
            return container.labels.isReplica ? Sample(container, at: now) : nil
        } catch {
            guard error.isNotFound else { throw error }
            return nil
        }
    }

    /// The samples as they are after some news: a container that it is about is inspected, unless it tells all.
    private func samples(after news: News, _ former: [Sample]) async throws(EngineError) -> [Sample] {
        guard !news.isUnknown else { return try await samples() }
        var changed = news.containers.union(news.healthy.keys)
        var rest: [Sample] = []
        for var sample in former where !news.containers.contains(sample.container) {
            if let moment = news.healthy[sample.container] {
                // What was seen since then counts: it may have started again, or be ill.
                guard let taken = sample.taken, taken < moment else { continue }
                sample.health?.status = .healthy
                changed.remove(sample.container)
            }
            rest.append(sample)
        }
        return try await rest + samples(of: Array(changed), at: .now)
    }

    /// Takes samples until the gate has decided.
    ///
    /// - Throws: ``Failure`` if the Engine does not answer for too long, `CancellationError` if the task is cancelled.
    func verdict(of trial: Trial) async throws -> Outcome {
        let bell = Bell()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await listen(bell) }
            defer { group.cancelAll() }
            return try await look(trial, at: bell)
        }
    }

    /// What the gate has decided, and from what.
    struct Outcome: Sendable {
        /// Empty for a healthy app.
        let findings: [Gate.Finding]
        let samples: [Sample]
    }

    private func look(_ trial: Trial, at bell: Bell) async throws -> Outcome {
        var gate = trial.gate
        var samples: [Sample] = []
        var answered = clock.now
        var complete = clock.now
        // The stream may be slow to open.
        var alarm: Scheduled<Void>? = host.eventLoop.scheduleTask(in: TimeAmount(Self.poll)) { bell.ring(.unknown) }
        defer { alarm?.cancel() }
        for await _ in bell.rings {
            alarm?.cancel()
            var wait = Self.poll
            do throws(EngineError) {
                let now = trial.began.duration(to: clock.now)
                let news = bell.news()
                samples = try await self.samples(after: news, samples)
                answered = clock.now
                if news.isUnknown { complete = answered }
                switch gate.judge(samples, at: now, until: trial.began.duration(to: answered)) {
                case .healthy: return Outcome(findings: [], samples: samples)
                case .unhealthy(let findings): return Outcome(findings: findings, samples: samples)
                case .pending(let until): wait = min(until - now, Self.poll - complete.duration(to: answered))
                }
            } catch {
                log.debug("the Engine did not answer the health gate: \(error)")
                guard answered.duration(to: clock.now) < patience else {
                    throw Failure(error).within("the Engine stopped answering:", as: .engineUnreachable)
                }
                // What the look was to find out is still to be found out.
                bell.note(.unknown)
            }
            alarm = host.eventLoop.scheduleTask(in: TimeAmount(wait)) { bell.ring(.unknown) }
        }
        throw CancellationError()
    }

    /// Rings when the event stream is open, and for every event that may change the gate's decision.
    private func listen(_ bell: Bell) async throws {
        while true {
            do throws(EngineError) {
                try await session.withEvents(project: project) { events throws(EngineError) in
                    bell.ring(.unknown)
                    for try await event in events where event.action.concernsHealth {
                        bell.ring(News(event, heardAt: .now))
                    }
                }
            } catch {
                log.debug("the Engine's event stream ended: \(error)")
            }
            // Ring even if the Engine is gone, so that the patience with it can run out.
            bell.ring(.unknown)
            try await clock.sleep(for: Self.reconnect)
        }
    }
}

/// What has happened to an app's containers.
private struct News {
    /// Whether something may have happened that it does not tell.
    private(set) var isUnknown = false
    /// Containers that are no longer as they were.
    private(set) var containers: Set<ContainerID> = []
    /// Containers that have become healthy and are otherwise as they were, and when, by the Engine's clock.
    private(set) var healthy: [ContainerID: Timestamp] = [:]

    static let unknown = News(isUnknown: true)

    init(isUnknown: Bool = false) {
        self.isUnknown = isUnknown
    }

    init(_ event: Event, heardAt now: Timestamp) {
        // After the clock was set back, the Engine repeats what it has heard before, with times that are still to come.
        if event.action == .healthStatus(.healthy), event.time <= now {
            healthy = [event.container: event.time]
        } else {
            containers = [event.container]
        }
    }

    mutating func append(_ later: News) {
        isUnknown = isUnknown || later.isUnknown
        containers.formUnion(later.containers)
        healthy.merge(later.healthy) { $1 }
    }
}

/// Wakes up the watch, and keeps the news for it.
private final class Bell: Sendable {
    let rings: AsyncStream<Void>
    private let ringing: AsyncStream<Void>.Continuation
    private let unread = Mutex(News())

    init() {
        (rings, ringing) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func ring(_ news: News) {
        note(news)
        ringing.yield()
    }

    /// Notes news without a ring.
    func note(_ news: News) {
        unread.withLock { $0.append(news) }
    }

    /// All that has come since the last call.
    func news() -> News {
        unread.withLock { unread in
            defer { unread = News() }
            return unread
        }
    }
}
