import Docker

/// What is known of a container, or of a service as a whole, that kept an app from being healthy.
package struct Evidence: Equatable, Sendable, Codable {
    package let service: ServiceName
    package let problem: String
    /// Nil where the service as a whole is meant.
    package let container: Container?

    package struct Container: Equatable, Sendable, Codable {
        package let id: ContainerID
        package let state: String
        package let exitCode: Int
        package let oomKilled: Bool
        package let restarts: Int
    }

    package init(_ finding: Gate.Finding, among samples: [Sample]) {
        service = ServiceName(rawValue: finding.service)
        problem = finding.problem
        container = samples.first { $0.container == finding.container }.map { sample in
            Container(
                id: ContainerID(rawValue: sample.container),
                state: sample.state.rawValue,
                exitCode: sample.exitCode,
                oomKilled: sample.oomKilled,
                restarts: sample.restarts
            )
        }
    }
}
