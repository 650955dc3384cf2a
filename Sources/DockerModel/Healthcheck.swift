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

extension Duration {
    /// Parses a duration as Go writes it, such as `1h0m0.5s`; a longer one becomes a day. Nil for any other text.
    init?(go text: String) {
        let units = ["ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600]
        var rest = text[...]
        var seconds = 0.0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { ("0"..."9").contains($0) || $0 == "." }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix(while: \.isLetter)
            rest = rest.dropFirst(unit.count)
            guard let count = Double(digits), let unit = units[String(unit)] else { return nil }
            seconds += count * unit
        }
        self = .seconds(min(seconds, 24 * 60 * 60))
    }
}
