/// The results of a container's healthcheck.
package struct ContainerHealth: Hashable, Sendable {
    package enum Status: String, Sendable {
        case starting, healthy, unhealthy
    }

    package let status: Status
    /// The last probes, oldest first; the Engine keeps five.
    package let log: [Probe]

    /// One run of the healthcheck's command.
    package struct Probe: Hashable, Sendable {
        package let start: Timestamp?
        package let end: Timestamp?
        /// 0 means healthy.
        package let exitCode: Int
        /// The output, which the Engine cuts at 4 KiB.
        package let output: String
    }

    /// Nil for the status `none` of a container without a healthcheck.
    init?(_ health: KeyedDecodingContainer<Name>) throws {
        guard let status = Status(rawValue: try health.value("Status")) else { return nil }
        self.status = status
        log = try health.optional("Log") ?? []
    }
}

extension ContainerHealth.Probe: Decodable {
    package init(from decoder: any Decoder) throws {
        let probe = try decoder.members()
        start = try probe.timestamp("Start")
        end = try probe.timestamp("End")
        exitCode = try probe.exitCode("ExitCode") ?? 0
        output = try probe.optional("Output") ?? ""
    }
}
