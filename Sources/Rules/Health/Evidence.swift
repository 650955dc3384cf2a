import DockerModel

/// The facts about a container, or a whole service, that kept an app from being healthy.
package struct Evidence: Equatable, Sendable, Codable {
    package let service: ServiceName
    package let problem: String
    /// Nil if the problem concerns the whole service, or if the container is gone.
    package var container: Container?

    package struct Container: Equatable, Sendable, Codable {
        package let id: ContainerID
        package let state: String
        package let exitCode: Int
        package let oomKilled: Bool
        package let restarts: Int
        /// The last runs of its healthcheck, oldest first.
        package let probes: [Probe]
        /// The last lines of its log, oldest first.
        package let log: [String]
    }

    /// One run of a healthcheck.
    package struct Probe: Equatable, Sendable, Codable {
        package let exitCode: Int
        package let output: String
    }

    package init(_ finding: Gate.Finding) {
        service = finding.service
        problem = finding.problem
    }
}

extension Evidence.Container {
    /// Shortens the Engine's facts to fit a record, without known secrets.
    package init(_ container: DockerModel.Container, log lines: [String], _ redaction: Redaction) {
        id = container.id
        state = container.state.status.rawValue
        exitCode = container.state.exitCode
        oomKilled = container.state.wasOutOfMemory
        restarts = container.restartCount
        probes = (container.state.health?.log ?? []).map { probe in
            Evidence.Probe(exitCode: probe.exitCode, output: Excerpt.text(redaction.apply(to: probe.output)))
        }
        log = Excerpt.lines(lines.map(redaction.apply))
    }
}

extension Evidence.Container {
    /// Its last probes in words; those that say the same one after the other are one line.
    package var probeLines: [String] {
        var groups: [(probe: Evidence.Probe, count: Int)] = []
        for probe in probes {
            if groups.last?.probe == probe {
                groups[groups.count - 1].count += 1
            } else {
                groups.append((probe, 1))
            }
        }
        return groups.map { probe, count in
            let times = count == 1 ? "" : " (\(count) times)"
            return "healthcheck, exit code \(probe.exitCode)\(times): \(probe.output)"
        }
    }
}
