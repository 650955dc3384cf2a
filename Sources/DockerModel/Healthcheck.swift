/// How the Engine probes a container's health, with the Engine's defaults filled in.
package struct Healthcheck: Hashable, Sendable {
    /// The time between two probes; like each of these times, at most a day.
    package let interval: Duration
    /// The time limit of one probe.
    package let timeout: Duration
    /// The number of failures in a row that makes the container unhealthy; at most 1,000.
    package let retries: Int
    /// The time after the start during which failures do not count.
    package let startPeriod: Duration

    /// The longest time from a container's start to its healthcheck's decision; at most a day.
    package var allowance: Duration { min(startPeriod + (interval + timeout) * retries, .day) }

    /// For each value, nil and zero mean the Engine's default.
    private init(interval: Duration?, timeout: Duration?, retries: Int?, startPeriod: Duration?) {
        func time(_ given: Duration?, _ standard: Duration) -> Duration {
            guard let given, given > .zero else { return standard }
            return min(given, .day)
        }
        self.interval = time(interval, .seconds(30))
        self.timeout = time(timeout, .seconds(30))
        self.startPeriod = time(startPeriod, .zero)
        self.retries = retries.flatMap { $0 > 0 ? min($0, 1000) : nil } ?? 3
    }

    /// Reads it as the Engine writes it, in nanoseconds; nil if the healthcheck has no command.
    init?(engine healthcheck: KeyedDecodingContainer<Name>) throws {
        let test: [String] = try healthcheck.optional("Test") ?? []
        guard let kind = test.first, kind != "NONE" else { return nil }
        func duration(_ name: Name) throws -> Duration? {
            try healthcheck.number(name, in: 0...Int.max).map { .nanoseconds(Int64($0)) }
        }
        self.init(
            interval: try duration("Interval"),
            timeout: try duration("Timeout"),
            retries: try healthcheck.count("Retries"),
            startPeriod: try duration("StartPeriod")
        )
    }

    /// Reads it as Compose writes it, with times such as `1m30s`; nil if the service has switched its healthcheck off.
    init?(compose healthcheck: KeyedDecodingContainer<Name>) throws {
        let test: [String]? = try? healthcheck.value("test")
        guard try healthcheck.optional("disable") != true, test?.first != "NONE" else { return nil }
        func duration(_ name: Name) -> Duration? {
            let text: String? = try? healthcheck.value(name)
            return text.flatMap(Duration.init(go:))
        }
        self.init(
            interval: duration("interval"),
            timeout: duration("timeout"),
            retries: try healthcheck.count("retries"),
            startPeriod: duration("start_period")
        )
    }
}
