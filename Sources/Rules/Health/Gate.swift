import DockerModel

/// Decides from samples whether an app is healthy.
///
/// It has no clock and makes no requests: from samples and a time, it says what they mean and when to look again. All
/// its times are durations since the end of the switch, by the monotonic clock.
package struct Gate: Sendable {
    /// What a service must have, and what its containers may do.
    package struct Expectation: Equatable, Sendable {
        package let containers: Int
        package let imageID: ImageID
        /// Whether another service waits until this one has ended (`service_completed_successfully`).
        package var isMeantToEnd = false
        /// Whether it ran in the last good release until the switch.
        package var isLongRunning = false

        package init(containers: Int, imageID: ImageID, isMeantToEnd: Bool = false) {
            self.containers = containers
            self.imageID = imageID
            self.isMeantToEnd = isMeantToEnd
        }
    }

    /// A service, or one of its containers, that keeps the app from being healthy.
    package struct Finding: Equatable, Sendable {
        package let service: ServiceName
        /// Nil if the whole service is meant.
        package let container: ContainerID?
        package let problem: String

        package init(service: ServiceName, container: ContainerID?, problem: String) {
            self.service = service
            self.container = container
            self.problem = problem
        }
    }

    package enum Answer: Equatable, Sendable {
        case healthy
        /// Undecided. Time alone changes nothing before `until`.
        case pending(until: Duration)
        case unhealthy([Finding])
    }

    /// One start of a container.
    private struct Start {
        let startedAt: Timestamp?
        /// By the gate's own clock.
        let moment: Duration
    }

    private let expected: [ServiceName: Expectation]
    let policy: HealthPolicy
    private var restartsBefore: [ContainerID: Int]
    private var oomKilledBefore: Set<ContainerID>
    private var starts: [ContainerID: Start]
    private var lastLook: Duration
    /// A container restarted before this moment, for example with the Engine, gets its full time again.
    private var lastStart = Duration.zero
    /// Since when the whole app has been ready without a break.
    private var readySince: Duration?

    /// Grace added to a healthcheck's own time limit; also the time that a container has to start running.
    package static let margin = Duration.seconds(30)

    /// - Parameters:
    ///   - expected: by service; containers of other services are not judged.
    ///   - before: the app's containers as the switch began. Their restarts until then do not count; nor do the marks of
    ///     a kill for want of memory, which stay until the next start.
    ///   - switchTook: how long the switch took. What was not there before it is no older than that.
    package init(
        expected: [ServiceName: Expectation],
        policy: HealthPolicy,
        before: [Sample] = [],
        switchTook: Duration = .zero
    ) {
        self.expected = expected
        self.policy = policy
        restartsBefore = Dictionary(before.map { ($0.container, $0.restarts) }) { one, _ in one }
        oomKilledBefore = Set(before.filter(\.oomKilled).map(\.container))
        starts = before.reduce(into: [:]) { starts, sample in
            let moment = .zero - switchTook - max(sample.age ?? .zero, .zero)
            starts[sample.container] = Start(startedAt: sample.startedAt, moment: moment)
        }
        lastLook = .zero - switchTook
    }

    /// - Parameters:
    ///   - samples: every container of the app's services, in any state.
    ///   - now: when the look at them began; never earlier than in the previous call.
    ///   - end: when it ended; nil for at once. A container may have started meanwhile.
    package mutating func judge(_ samples: [Sample], at now: Duration, until end: Duration? = nil) -> Answer {
        learn(from: samples, at: now, until: max(end ?? now, now))
        var failing: [Finding] = []
        var next: Duration?
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

    private mutating func learn(from samples: [Sample], at now: Duration, until end: Duration) {
        for sample in samples {
            // The Engine resets the count when it starts a container other than by its restart policy.
            restartsBefore[sample.container] = min(restartsBefore[sample.container] ?? 0, sample.restarts)
            if !sample.oomKilled { oomKilledBefore.remove(sample.container) }
            let known = starts[sample.container]
            guard known == nil || known?.startedAt != sample.startedAt else { continue }
            let moment = start(of: sample, at: now, until: end)
            starts[sample.container] = Start(startedAt: sample.startedAt, moment: moment)
        }
        lastStart = Self.margin + (samples.map(allowance(of:)).max() ?? .zero)
        lastLook = max(lastLook, now)
    }

    /// When a container has started that was not seen so far. That is certainly after the last look began, and before this one
    /// ended. A wall clock that says otherwise was set since, and the start may have been just now.
    private func start(of sample: Sample, at now: Duration, until end: Duration) -> Duration {
        let possible = lastLook...max(lastLook, end)
        guard let age = sample.age else { return Duration.zero.bounded(to: possible) }
        let start = now - age
        return start < possible.lowerBound - Self.tolerance ? possible.upperBound : start.bounded(to: possible)
    }

    /// How far apart the clocks may be without one of them having been set.
    private static let tolerance = Duration.seconds(1)

    fileprivate enum Standing {
        case ready
        case pending(until: Duration)
        case failing(String)
    }

    private func standings(of samples: [Sample], at now: Duration) -> [(Finding, Standing)] {
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

    private func standing(of sample: Sample, _ expectation: Expectation, at now: Duration) -> Standing {
        guard sample.imageID == expectation.imageID else { return .failing("runs a different image than was pulled") }
        guard !sample.oomKilled || oomKilledBefore.contains(sample.container) else {
            return .failing("was killed: out of memory (OOM)")
        }
        let restarts = restarts(of: sample)
        guard restarts <= policy.restarts else {
            return .failing("was restarted \(restarts == 1 ? "once" : "\(restarts) times")")
        }
        switch sample.state {
        case .exited where sample.exitCode == 0:
            return sample.problem(ofEndingAs: expectation).map(Standing.failing) ?? .ready
        case .exited, .dead: return .failing("is \(sample.state), exit code \(sample.exitCode)")
        case .removing: return .failing("is being removed")
        case .restarting:
            return wait(for: sample, at: now, else: "is \(sample.state), exit code \(sample.exitCode)")
        case .running: return standing(ofRunning: sample, at: now)
        case .created, .paused: return wait(for: sample, at: now, else: "is \(sample.state)")
        }
    }

    private func standing(ofRunning sample: Sample, at now: Duration) -> Standing {
        switch sample.health?.status {
        case .healthy where restarts(of: sample) == 0: return .ready
        case .unhealthy: return .failing("is unhealthy: its healthcheck fails")
        case .starting: return wait(for: sample, at: now, else: "did not become healthy in time")
        case .healthy, nil:
            let stableAt = start(of: sample) + policy.stable
            guard now < stableAt else { return .ready }
            guard now < deadline(for: sample) else {
                return .failing("did not stay up long enough before the deadline")
            }
            return .pending(until: min(stableAt, deadline(for: sample)))
        }
    }

    private func wait(for sample: Sample, at now: Duration, else problem: String) -> Standing {
        let deadline = deadline(for: sample)
        return now < deadline ? .pending(until: deadline) : .failing(problem)
    }

    /// How often its restart policy has restarted a container since the switch.
    private func restarts(of sample: Sample) -> Int { sample.restarts - (restartsBefore[sample.container] ?? 0) }

    private func start(of sample: Sample) -> Duration { starts[sample.container]?.moment ?? .zero }

    /// When a container must be ready: the release's timeout, or else the latest decision of its own healthcheck.
    private func deadline(for sample: Sample) -> Duration {
        if let timeout = policy.timeout { return timeout }
        guard sample.state == .running || sample.state == .restarting else { return Self.margin }
        // A container that is restarted again and again from outside must not postpone the end for ever.
        return min(start(of: sample), lastStart) + allowance(of: sample) + Self.margin
    }

    /// How long a container may take to become ready after its start.
    private func allowance(of sample: Sample) -> Duration {
        guard let health = sample.health else { return policy.stable }
        return restarts(of: sample) == 0 ? health.allowance : max(health.allowance, policy.stable)
    }

    /// When the whole app must be ready. An app that the switch left alone still gets the margin.
    private func deadline(for samples: [Sample]) -> Duration {
        samples.map(deadline(for:)).reduce(policy.timeout ?? Self.margin, max)
    }
}

extension Sample {
    /// Why a container should not have ended with exit code 0, and what to do if it is meant to; nil if it may.
    fileprivate func problem(ofEndingAs expectation: Gate.Expectation) -> String? {
        if restartPolicy.startsAfterSuccess { return "is exited, exit code 0" }
        if expectation.isMeantToEnd { return nil }
        let (sign, remedy) =
            if health != nil {
                ("it has a healthcheck", "disable the healthcheck")
            } else if publishesPorts {
                ("it publishes a port", "publish no port")
            } else if expectation.isLongRunning {
                ("it ran all the time in the last good release", "drop the release again with BERTH_FORCE=1")
            } else {
                ("", "")
            }
        guard !sign.isEmpty else { return nil }
        return
            "ended with exit code 0, but \(sign); if it is meant to end, \(remedy), or let another service depend on "
            + "it with service_completed_successfully"
    }
}

extension Gate.Finding {
    fileprivate init(service: ServiceName, container: ContainerID?, _ standing: Gate.Standing) {
        let problem = if case .failing(let problem) = standing { problem } else { "" }
        self.init(service: service, container: container, problem: problem)
    }
}
