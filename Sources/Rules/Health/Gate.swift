import DockerModel

/// Decides from samples whether an app is healthy.
///
/// It has no clock and makes no requests: from samples and a time, it says what they mean and when to look again.
package struct Gate: Sendable {
    /// The containers that a service must have.
    package struct Expectation: Equatable, Sendable {
        package let containers: Int
        package let imageID: ImageID

        package init(containers: Int, imageID: ImageID) {
            self.containers = containers
            self.imageID = imageID
        }
    }

    /// A service, or one of its containers, that keeps the app from being healthy.
    package struct Finding: Equatable, Sendable {
        package let service: ServiceName
        /// Nil if the whole service is meant.
        package let container: ContainerID?
        package let problem: String
    }

    package enum Answer: Equatable, Sendable {
        case healthy
        /// Undecided. Time alone changes nothing before `until`.
        case pending(until: Timestamp)
        case unhealthy([Finding])
    }

    private let expected: [ServiceName: Expectation]
    private let policy: HealthPolicy
    private var restartsBefore: [ContainerID: Int]
    private var oomKilledBefore: Set<ContainerID>
    private let began: Timestamp
    /// A container restarted before this moment, for example with the Engine, gets its full time again.
    private var lastStart: Timestamp
    /// Since when the whole app has been ready without a break.
    private var readySince: Timestamp?

    /// Grace added to a healthcheck's own time limit; also the time that a container has to start running.
    package static let margin = Duration.seconds(30)

    /// - Parameters:
    ///   - expected: by service; containers of other services are not judged.
    ///   - restartsBefore: the restart counts before the switch, by container; a new container has none.
    ///   - oomKilledBefore: the containers marked OOM-killed before the switch; the mark stays until the next start.
    ///   - began: when the switch ended.
    package init(
        expected: [ServiceName: Expectation],
        policy: HealthPolicy,
        restartsBefore: [ContainerID: Int] = [:],
        oomKilledBefore: Set<ContainerID> = [],
        began: Timestamp
    ) {
        self.expected = expected
        self.policy = policy
        self.restartsBefore = restartsBefore
        self.oomKilledBefore = oomKilledBefore
        self.began = began
        lastStart = began
    }

    /// - Parameters:
    ///   - samples: every container of the project that is not a one-off, in any state.
    ///   - now: never earlier than in the previous call.
    package mutating func judge(_ samples: [Sample], at now: Timestamp) -> Answer {
        learn(from: samples)
        var failing: [Finding] = []
        var next: Timestamp?
        for (finding, standing) in standings(of: samples, at: now) {
            switch standing {
            case .ready: continue
            case .pending(let until): next = min(next ?? until, until)
            case .failing: failing.append(finding)
            }
        }
        guard failing.isEmpty else {
            readySince = nil
            let deadline = deadline(for: samples)
            return policy.failFast || now >= deadline ? .unhealthy(failing) : .pending(until: deadline)
        }
        if let next {
            readySince = nil
            return .pending(until: next)
        }
        let since = readySince ?? now
        readySince = since
        return now >= since + policy.observe ? .healthy : .pending(until: since + policy.observe)
    }

    private mutating func learn(from samples: [Sample]) {
        for sample in samples {
            // The Engine resets the count when it starts a container other than by its restart policy.
            restartsBefore[sample.container] = min(restartsBefore[sample.container] ?? 0, sample.restarts)
            if !sample.oomKilled { oomKilledBefore.remove(sample.container) }
        }
        lastStart = began + Self.margin + (samples.map(allowance(of:)).max() ?? .zero)
    }

    fileprivate enum Standing {
        case ready
        case pending(until: Timestamp)
        case failing(String)
    }

    private func standings(of samples: [Sample], at now: Timestamp) -> [(Finding, Standing)] {
        let byService = Dictionary(grouping: samples, by: \.service)
        return expected.sorted { $0.key < $1.key }.flatMap { service, expectation in
            let containers = (byService[service] ?? []).sorted { $0.container < $1.container }
            let number = standing(ofNumber: containers.count, expectation)
            return [(Finding(service: service, container: nil, number), number)]
                + containers.map { sample in
                    let standing = standing(of: sample, expectation, at: now)
                    return (Finding(service: service, container: sample.container, standing), standing)
                }
        }
    }

    private func standing(ofNumber number: Int, _ expectation: Expectation) -> Standing {
        guard number != expectation.containers else { return .ready }
        return .failing("has \(number) of \(expectation.containers) containers")
    }

    private func standing(of sample: Sample, _ expectation: Expectation, at now: Timestamp) -> Standing {
        guard sample.imageID == expectation.imageID else { return .failing("runs a different image than was pulled") }
        guard !sample.oomKilled || oomKilledBefore.contains(sample.container) else {
            return .failing("was killed: out of memory (OOM)")
        }
        let restarts = sample.restarts - (restartsBefore[sample.container] ?? 0)
        switch sample.state {
        case .exited where sample.exitCode == 0 && !sample.restartPolicy.startsAfterSuccess: return .ready
        case .exited, .restarting, .dead: return .failing("is \(sample.state), exit code \(sample.exitCode)")
        case .removing: return .failing("is being removed")
        case .running where restarts > 0:
            return .failing("was restarted \(restarts == 1 ? "once" : "\(restarts) times")")
        case .running: return standing(ofRunning: sample, at: now)
        case .created, .paused: return wait(for: sample, at: now, else: "is \(sample.state)")
        }
    }

    private func standing(ofRunning sample: Sample, at now: Timestamp) -> Standing {
        switch sample.health?.status {
        case .healthy: return .ready
        case .unhealthy: return .failing("is unhealthy: its healthcheck fails")
        case .starting: return wait(for: sample, at: now, else: "did not become healthy in time")
        case nil:
            let stableAt = (sample.startedAt ?? began) + policy.stable
            guard now < stableAt else { return .ready }
            guard now < deadline(for: sample) else {
                return .failing("did not stay up long enough before the deadline")
            }
            return .pending(until: min(stableAt, deadline(for: sample)))
        }
    }

    private func wait(for sample: Sample, at now: Timestamp, else problem: String) -> Standing {
        let deadline = deadline(for: sample)
        return now < deadline ? .pending(until: deadline) : .failing(problem)
    }

    /// When a container must be ready: the release's timeout, or else the latest decision of its own healthcheck.
    private func deadline(for sample: Sample) -> Timestamp {
        if let timeout = policy.timeout { return began + timeout }
        guard sample.state == .running else { return began + Self.margin }
        // A container that is restarted again and again from outside must not postpone the end for ever.
        return min(sample.startedAt ?? began, lastStart) + allowance(of: sample) + Self.margin
    }

    /// How long a container may take to become ready after its start.
    private func allowance(of sample: Sample) -> Duration {
        sample.health?.allowance ?? policy.stable
    }

    /// When the whole app must be ready. An app that the switch left alone still gets the margin.
    private func deadline(for samples: [Sample]) -> Timestamp {
        samples.map(deadline(for:)).reduce(began + (policy.timeout ?? Self.margin), max)
    }
}

extension Gate.Finding {
    fileprivate init(service: ServiceName, container: ContainerID?, _ standing: Gate.Standing) {
        let problem = if case .failing(let problem) = standing { problem } else { "" }
        self.init(service: service, container: container, problem: problem)
    }
}
