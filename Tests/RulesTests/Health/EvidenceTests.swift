import DockerModel
import Testing

@testable import Rules

struct EvidenceTests {
    /// A healthcheck that fails says the same again and again; once is enough, with how often.
    @Test func equalProbesInARowAreOneLine() throws {
        let probes = [(1, "refused"), (1, "refused"), (1, "refused"), (0, "refused"), (1, "404"), (1, "refused")]
        let container = Evidence.Container(
            id: ContainerID(rawValue: "c"),
            state: "running",
            exitCode: 0,
            oomKilled: false,
            restarts: 0,
            probes: probes.map { Evidence.Probe(exitCode: $0, output: $1) },
            log: []
        )
        #expect(
            container.probeLines == [
                "healthcheck, exit code 1 (3 times): refused", "healthcheck, exit code 0: refused",
                "healthcheck, exit code 1: 404", "healthcheck, exit code 1: refused",
            ]
        )
    }
}
