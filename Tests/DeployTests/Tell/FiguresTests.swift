import DockerModel
import Linux
import Rules
import Support
import SystemPackage
import Testing

@testable import Deploy

/// The textfile, as node_exporter reads it.
@Suite struct FiguresTests {
    private let app: AppName

    init() throws {
        app = try #require(AppName("shop"))
    }

    @Test func theTextHasEverythingThatIsKnown() {
        var figures = Figures(version: "1.2.3")
        figures.guardRuns = 2
        figures.longestTurn = .milliseconds(12)
        figures.usage = Usage([
            filesystem("/", used: 50), filesystem("/var/lib/docker", used: 10, inodes: 81),
        ])
        var shop = Figures.App()
        shop.deployments = [.deployed: 12, .rolledBack: 1]
        shop.verdicts = [
            .deployed: Timestamp(nanoseconds: 1_790_000_000_250_999_999), .rolledBack: Timestamp(nanoseconds: 5),
        ]
        shop.running = 12
        shop.phases = [
            Record.PhaseTime(name: .claim, seconds: 0.001), Record.PhaseTime(name: .up, seconds: nil),
            Record.PhaseTime(name: .up, seconds: 1.25), Record.PhaseTime(name: .up, seconds: 0.1),
            Record.PhaseTime(name: .health, seconds: nil),
        ]
        shop.wayBack = Figures.WayBackFound(isProven: true, moment: Timestamp(nanoseconds: 1_790_000_001_000_000_000))
        shop.isHeld = true
        shop.hasDrift = false
        figures.apps = [app: shop]
        #expect(
            figures.text == """
                # HELP berth_build_info The version of the agent; always 1.
                # TYPE berth_build_info gauge
                berth_build_info{version="1.2.3"} 1
                # HELP berth_deployments_total Drops that ended with this verdict.
                # TYPE berth_deployments_total counter
                berth_deployments_total{app="shop",verdict="deployed"} 12
                berth_deployments_total{app="shop",verdict="refused"} 0
                berth_deployments_total{app="shop",verdict="failed"} 0
                berth_deployments_total{app="shop",verdict="rolledBack"} 1
                berth_deployments_total{app="shop",verdict="unhealthy"} 0
                berth_deployments_total{app="shop",verdict="rollbackFailed"} 0
                berth_deployments_total{app="shop",verdict="superseded"} 0
                # HELP berth_verdict_timestamp_seconds When a drop last ended with this verdict; 0 for never.
                # TYPE berth_verdict_timestamp_seconds gauge
                berth_verdict_timestamp_seconds{app="shop",verdict="deployed"} 1790000000.25
                berth_verdict_timestamp_seconds{app="shop",verdict="refused"} 0
                berth_verdict_timestamp_seconds{app="shop",verdict="failed"} 0
                berth_verdict_timestamp_seconds{app="shop",verdict="rolledBack"} 0
                berth_verdict_timestamp_seconds{app="shop",verdict="unhealthy"} 0
                berth_verdict_timestamp_seconds{app="shop",verdict="rollbackFailed"} 0
                berth_verdict_timestamp_seconds{app="shop",verdict="superseded"} 0
                # HELP berth_running_deployment The number of the deployment whose release runs; 0 if that is not known.
                # TYPE berth_running_deployment gauge
                berth_running_deployment{app="shop"} 12
                # HELP berth_deployment_phase_seconds How long each phase took in the last drop that was neither refused \
                nor superseded.
                # TYPE berth_deployment_phase_seconds gauge
                berth_deployment_phase_seconds{app="shop",phase="claim"} 0.001
                berth_deployment_phase_seconds{app="shop",phase="up"} 1.35
                # HELP berth_way_back_proven Whether a rollback would find all that it needs, as of the last proof.
                # TYPE berth_way_back_proven gauge
                berth_way_back_proven{app="shop"} 1
                # HELP berth_way_back_proof_timestamp_seconds When the way back was last looked at.
                # TYPE berth_way_back_proof_timestamp_seconds gauge
                berth_way_back_proof_timestamp_seconds{app="shop"} 1790000001
                # HELP berth_held Whether a person holds the app, so that drops are refused.
                # TYPE berth_held gauge
                berth_held{app="shop"} 1
                # HELP berth_drift Whether what runs differed from what berth has deployed, when berth looked last.
                # TYPE berth_drift gauge
                berth_drift{app="shop"} 0
                # HELP berth_filesystem_used_ratio How full a filesystem was when berth looked last: of space or inodes, \
                whichever is scarcer.
                # TYPE berth_filesystem_used_ratio gauge
                berth_filesystem_used_ratio{path="/"} 0.5
                berth_filesystem_used_ratio{path="/var/lib/docker"} 0.81
                # HELP berth_disk_guard_limit_ratio The setting guard: above it the disk guard makes room.
                # TYPE berth_disk_guard_limit_ratio gauge
                berth_disk_guard_limit_ratio 0.8
                # HELP berth_disk_guard_runs_total How often the disk guard had to make room, since the agent started.
                # TYPE berth_disk_guard_runs_total counter
                berth_disk_guard_runs_total 2
                # HELP berth_event_loop_longest_turn_seconds The longest time for which the agent heard of nothing new, since it started.
                # TYPE berth_event_loop_longest_turn_seconds gauge
                berth_event_loop_longest_turn_seconds 0.012

                """
        )
    }

    @Test func whatIsNotKnownIsNotThere() {
        let text = Figures(version: "1").text
        #expect(
            text.split(separator: "\n").filter { !$0.hasPrefix("#") } == [
                #"berth_build_info{version="1"} 1"#, "berth_disk_guard_limit_ratio 0.8",
                "berth_disk_guard_runs_total 0", "berth_event_loop_longest_turn_seconds 0",
            ]
        )
        var figures = Figures(version: "1")
        figures.apps = [app: Figures.App()]
        for metric in [Metric.phaseSeconds, .wayBackProven, .wayBackTime, .drift, .usedRatio] {
            #expect(!figures.text.contains(metric.rawValue))
        }
    }

    @Test func aLabelCannotEndItsLine() {
        let sample = Exposition.Sample(["a\\b\"c\nd"], 1e-9)
        let line = Exposition.text(of: .usedRatio, [sample]).split(separator: "\n").last
        #expect(line == #"berth_filesystem_used_ratio{path="a\\b\"c\nd"} 1e-09"#)
    }

    /// `docs/metrics.md` has a row for each metric, in the order of the code: its name, its type and its labels.
    @Test func everyMetricIsExplained() throws {
        let page = try File.read(FilePath(#filePath).removingLastComponents(4).pushing("docs/metrics.md"))
        let rows = String(decoding: page, as: UTF8.self).split(separator: "\n").filter { $0.hasPrefix("| `berth_") }
        let cells = rows.map { row in
            row.split(separator: "|").prefix(3).map { $0.filter { $0 != " " && $0 != "`" } }
        }
        let expected = Metric.allCases.map { metric in
            [metric.rawValue, metric.kind.rawValue, metric.labels.isEmpty ? "-" : metric.labels.joined(separator: ",")]
        }
        #expect(cells == expected)
        for row in rows { #expect(row.split(separator: "|").count == 4) }
    }

    private func filesystem(_ path: String, used: Int64, inodes: Int64? = nil) -> Filesystem {
        Filesystem(
            path: path,
            holds: [],
            space: Filesystem.Amount(used: used, available: 100 - used),
            inodes: inodes.map { Filesystem.Amount(used: $0, available: 100 - $0) }
        )
    }
}
