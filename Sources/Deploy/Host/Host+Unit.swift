import DockerModel
import Linux
import Rules
import SystemPackage

extension Host {
    /// Whether systemd says that the agent runs; nil if it does not tell.
    var agentRuns: Bool? {
        get async { await agentUnit.map { ["active", "reloading", "refreshing"].contains($0.active) } }
    }

    /// What systemd tells of the agent; nil if it does not answer.
    var agentUnit: UnitFacts? {
        get async {
            let names = ["LoadState", "ActiveState", "SubState", "Result", "UnitFileState", "StateChangeTimestamp"]
            let command = Command(
                executable: "systemctl",
                arguments: ["show", "--timestamp=unix", "--property=\(names.joined(separator: ","))", "berth.service"],
                environment: environment,
                directory: "/",
                timeout: .seconds(5)
            )
            guard let output = try? await processes.capture(command, limit: 4096) else { return nil }
            let pairs = String(decoding: output, as: UTF8.self).split(separator: "\n").map { line in
                line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            }
            let values = Dictionary(pairs.filter { $0.count == 2 }.map { ($0[0], $0[1]) }) { one, _ in one }
            guard let load = values["LoadState"], let active = values["ActiveState"] else { return nil }
            return UnitFacts(
                load: load,
                active: active,
                sub: values["SubState"] ?? "",
                result: values["Result"] ?? "",
                file: values["UnitFileState"] ?? "",
                since: values["StateChangeTimestamp"].flatMap { Int64($0.dropFirst()) }.map { Timestamp(seconds: $0) }
            )
        }
    }
}
