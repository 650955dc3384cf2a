/// What the probes of a container's health found.
package struct Health: Hashable, Sendable {
    package enum Status: String, Sendable {
        case starting, healthy, unhealthy
    }

    package let status: Status
    /// The probes that failed since the last one that did not.
    package let failingStreak: Int
    /// The last probes, oldest first; the Engine keeps five.
    package let log: [Probe]

    /// One run of the healthcheck's command.
    package struct Probe: Hashable, Sendable {
        package let start: Timestamp?
        package let end: Timestamp?
        /// 0 is healthy.
        package let exitCode: Int
        /// What it wrote, cut by the Engine at 4 KiB.
        package let output: String
    }

    /// Nil for the status `none` of a container without a healthcheck.
    init?(_ health: KeyedDecodingContainer<Name>) throws {
        guard let status = Status(rawValue: try health.value("Status")) else { return nil }
        self.status = status
        failingStreak = try health.optional("FailingStreak") ?? 0
        log = try health.optional("Log") ?? []
    }
}

extension Health.Probe: Decodable {
    package init(from decoder: any Decoder) throws {
        let probe = try decoder.members()
        start = try probe.timestamp("Start")
        end = try probe.timestamp("End")
        exitCode = try probe.value("ExitCode")
        output = try probe.optional("Output") ?? ""
    }
}

/// How the Engine probes a container's health, with its defaults where nothing is said.
package struct Healthcheck: Hashable, Sendable {
    /// The time between two probes.
    package let interval: Duration
    /// The time that one probe has.
    package let timeout: Duration
    /// So many failures in a row make it unhealthy.
    package let retries: Int
    /// The time after the start in which failures do not count.
    package let startPeriod: Duration
    /// The time between two probes while ``startPeriod`` lasts; only Engine 25 and later probes so.
    package let startInterval: Duration

    /// Nil where there is nothing to run.
    init?(_ healthcheck: KeyedDecodingContainer<Name>) throws {
        let test: [String] = try healthcheck.optional("Test") ?? []
        guard let kind = test.first, kind != "NONE" else { return nil }
        // The Engine counts in nanoseconds, and means its default by zero.
        func duration(_ name: Name) throws -> Duration? {
            let nanoseconds: Int64 = try healthcheck.optional(name) ?? 0
            return nanoseconds > 0 ? .nanoseconds(nanoseconds) : nil
        }
        let retries: Int = try healthcheck.optional("Retries") ?? 0
        interval = try duration("Interval") ?? .seconds(30)
        timeout = try duration("Timeout") ?? .seconds(30)
        self.retries = retries > 0 ? retries : 3
        startPeriod = try duration("StartPeriod") ?? .zero
        startInterval = try duration("StartInterval") ?? .seconds(5)
    }
}

/// What the Engine does when a container ends by itself.
package enum RestartPolicy: Hashable, Sendable {
    case no
    case always
    case unlessStopped
    /// After an exit code other than 0, at most so often; nil is without end.
    case onFailure(maximum: Int?)

    /// - Parameters:
    ///   - name: The Engine's word; an empty or unknown one is ``no``.
    ///   - maximum: The most restarts of `on-failure`, 0 without end.
    init(name: some StringProtocol, maximum: Int) {
        switch name {
        case "always": self = .always
        case "unless-stopped": self = .unlessStopped
        case "on-failure": self = .onFailure(maximum: maximum > 0 ? maximum : nil)
        default: self = .no
        }
    }
}
