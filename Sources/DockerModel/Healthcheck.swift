/// How the Engine probes a container's health, with the Engine's defaults filled in.
package struct Healthcheck: Hashable, Sendable {
    /// The time between two probes.
    package let interval: Duration
    /// The time limit of one probe.
    package let timeout: Duration
    /// The number of failures in a row that makes the container unhealthy.
    package let retries: Int
    /// The time after the start during which failures do not count.
    package let startPeriod: Duration

    /// The longest time from a container's start to its healthcheck's decision.
    package var allowance: Duration { startPeriod + (interval + timeout) * retries }

    /// Nil if the healthcheck has no command.
    init?(_ healthcheck: KeyedDecodingContainer<Name>) throws {
        let test: [String] = try healthcheck.optional("Test") ?? []
        guard let kind = test.first, kind != "NONE" else { return nil }
        // The Engine counts in nanoseconds; zero means its default.
        func duration(_ name: Name) throws -> Duration? {
            let nanoseconds: Int64 = try healthcheck.optional(name) ?? 0
            return nanoseconds > 0 ? .nanoseconds(nanoseconds) : nil
        }
        let retries: Int = try healthcheck.optional("Retries") ?? 0
        interval = try duration("Interval") ?? .seconds(30)
        timeout = try duration("Timeout") ?? .seconds(30)
        self.retries = retries > 0 ? retries : 3
        startPeriod = try duration("StartPeriod") ?? .zero
    }
}
