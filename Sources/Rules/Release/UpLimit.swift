import DockerModel

extension ComposeModel {
    /// How long `docker compose up` may take: 15 minutes, or longer if the release needs it, at most a day.
    ///
    /// Compose starts a service when those that it waits for are healthy, so the healthchecks along `depends_on` add up.
    /// What else it may wait for, such as the end of a service, only the release's own timeout tells.
    package func upLimit(_ policy: HealthPolicy) -> Duration {
        var known: [ServiceName: Duration] = [:]
        let longest = services.keys.map { wait(for: $0, &known, depth: 0) }.max() ?? .zero
        return max(.seconds(15 * 60), policy.timeout ?? .zero, longest)
    }

    /// How long Compose may wait before it starts a service.
    private func wait(for service: ServiceName, _ known: inout [ServiceName: Duration], depth: Int) -> Duration {
        if let known = known[service] { return known }
        // No file may exhaust the stack, and no wait is longer than a day.
        guard depth < 1000, let dependencies = services[service]?.dependencies else { return .zero }
        known[service] = .zero
        var longest = Duration.zero
        for (name, condition) in dependencies {
            let own = condition == .healthy ? services[name]?.healthcheck?.allowance ?? .zero : .zero
            longest = max(longest, wait(for: name, &known, depth: depth + 1) + own + Gate.margin)
        }
        longest = min(longest, .day)
        known[service] = longest
        return longest
    }
}
