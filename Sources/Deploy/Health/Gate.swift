// Pure: values in, values out.

/// Decides from samples whether an app is healthy.
///
/// It has no clock and asks nobody: it is given what is, and says what that means and when to look again.
package struct Gate: Sendable {
    /// What a service must consist of.
    package struct Expectation: Equatable, Sendable {
        package let containers: Int
        package let imageID: String

        package init(containers: Int, imageID: String) {
            self.containers = containers
            self.imageID = imageID
        }
    }

    /// One service, or one container of it, that keeps the app from being healthy.
    package struct Finding: Equatable, Sendable {
        package let service: String
        /// Nil where the service as a whole is meant.
        package let container: String?
        package let problem: String
    }

    package enum Outcome: Equatable, Sendable {
        case healthy
        /// Not decided; time alone changes nothing before `until`.
        case pending(until: Duration)
        case unhealthy([Finding])
    }

    private let expected: [String: Expectation]
    private let restartsBefore: [String: Int]
    private let began: Duration

    /// A container without a healthcheck must have run for this long since its own start.
    package static let stable = Duration.seconds(10)
    /// What a healthcheck's own arithmetic is granted on top, and how long a container may take to start running.
    package static let margin = Duration.seconds(30)

    /// - Parameters:
    ///   - expected: by service; containers of other services are not judged.
    ///   - restartsBefore: the restart counts, by container, from before the switch; a new container has none.
    ///   - began: when the switch had ended.
    package init(expected: [String: Expectation], restartsBefore: [String: Int], began: Duration) {
        self.expected = expected
        self.restartsBefore = restartsBefore
        self.began = began
    }

    /// - Parameter samples: every container of the project that is not a one-off, in any state.
    package func judge(_ samples: [Sample], at now: Duration) -> Outcome {
        let byService = Dictionary(grouping: samples, by: \.service)
        var failing: [Finding] = []
        var next: Duration?
        for (service, expectation) in expected.sorted(by: { $0.key < $1.key }) {
            let containers = (byService[service] ?? []).sorted { $0.container < $1.container }
            if containers.count < expectation.containers {
                let problem = "has \(containers.count) of \(expectation.containers) containers"
                failing.append(Finding(service: service, container: nil, problem: problem))
            }
            for sample in containers {
                switch standing(of: sample, expectation, at: now) {
                case .ready: continue
                case .pending(let until): next = min(next ?? until, until)
                case .failing(let problem):
                    failing.append(Finding(service: service, container: sample.container, problem: problem))
                }
            }
        }
        guard failing.isEmpty else { return .unhealthy(failing) }
        return next.map { .pending(until: $0) } ?? .healthy
    }

    private enum Standing {
        case ready
        case pending(until: Duration)
        case failing(String)
    }

    private func standing(of sample: Sample, _ expectation: Expectation, at now: Duration) -> Standing {
        guard sample.imageID == expectation.imageID else { return .failing("runs another image than was pulled") }
        guard !sample.oomKilled else { return .failing("was killed for want of memory (OOM)") }
        let restarts = sample.restarts - (restartsBefore[sample.container] ?? 0)
        guard restarts <= 0 else { return .failing("restarted \(restarts) times, last exit code \(sample.exitCode)") }
        switch sample.state {
        case .running: return standing(ofRunning: sample, at: now)
        case .exited where sample.exitCode == 0 && sample.restartPolicy != .always: return .ready
        case .exited, .restarting, .dead: return .failing("is \(sample.state), exit code \(sample.exitCode)")
        case .removing: return .failing("is being removed")
        case .created, .paused: return wait(until: began + Self.margin, at: now, else: "is \(sample.state)")
        }
    }

    private func standing(ofRunning sample: Sample, at now: Duration) -> Standing {
        let startedAt = sample.startedAt ?? began
        switch sample.health?.status {
        case .healthy: return .ready
        case .unhealthy: return .failing("its healthcheck fails")
        case .starting:
            let allowance = (sample.health?.allowance ?? .zero) + Self.margin
            return wait(until: startedAt + allowance, at: now, else: "its healthcheck does not decide")
        case nil:
            let stableAt = startedAt + Self.stable
            return now >= stableAt ? .ready : .pending(until: stableAt)
        }
    }

    private func wait(until deadline: Duration, at now: Duration, else problem: String) -> Standing {
        now < deadline ? .pending(until: deadline) : .failing(problem)
    }
}
