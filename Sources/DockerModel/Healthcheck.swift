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

    /// The longest time from a container's start to its healthcheck's decision.
    package var allowance: Duration { startPeriod + (interval + timeout) * retries }

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
    }
}
