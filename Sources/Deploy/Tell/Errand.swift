import Docker
import Linux
import Logging
import Rules
import SystemPackage

/// One run of the command that an app names in `notify`: the record on its standard input, and the little that it needs
/// as its environment. Whatever it does, all that comes of it is a line in the journal.
struct Errand {
    /// How long the command may take.
    static let limit = Duration.seconds(30)
    /// The time between SIGTERM and SIGKILL.
    private static let grace = Duration.seconds(2)

    private let app: AppSettings
    private let record: Record
    private let host: Host
    private let log: DeploymentLog
    private let limit: Duration

    init(_ app: AppSettings, _ record: Record, _ host: Host, _ log: Logger, limit: Duration = limit) {
        self.limit = limit
        self.app = app
        self.record = record
        self.host = host
        self.log = DeploymentLog(log, app: record.app, number: record.number, request: record.request)
    }

    func run() async {
        do {
            let input = try MemoryFile.holding(record.json(), name: "record")
            defer { try? input.close() }
            try await stream(from: input)
        } catch let error as CommandError {
            guard error.reason != .cancelled else { return }
            let last = error.lastLine.map { ": \($0)" } ?? ""
            complain("\(error.problem)\(last)")
        } catch {
            complain("\(error)")
        }
    }

    private func stream(from input: FileDescriptor) async throws(CommandError) {
        let redaction = Redaction.of(app)
        let log = log
        let output = CommandOutput { line in if !line.isEmpty { log.info(redaction.apply(to: line)) } }
        defer { output.end() }
        do throws(CommandError) {
            try await ProcessRunner(clock: host.clock, grace: Self.grace).stream(command, from: input) {
                output.take($0)
            }
        } catch {
            throw error.mapLines(redaction.apply)
        }
    }

    private var command: Command {
        Command(
            executable: app.notify[0],
            arguments: Array(app.notify.dropFirst()),
            environment: environment,
            directory: "/",
            timeout: limit
        )
    }

    /// What the command needs of berth's own, and what a short script wants to know of the verdict.
    private var environment: [String: String] {
        let own = host.environment.filter { Self.inherited.contains($0.key) }
        return own.merging([
            "BERTH_APP": "\(record.app)",
            "BERTH_DEPLOYMENT": "\(record.number)",
            "BERTH_VERDICT": record.verdict?.rawValue ?? "",
            "BERTH_CAUSE": record.cause?.rawValue ?? "",
        ]) { $1 }
    }

    private static let inherited: Set = [
        "PATH", "HOME", "LANG", "TZ", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
    ]

    /// The arguments are left out: a person may have put a secret there.
    private func complain(_ problem: String) {
        log.event(.notifyFailed, "the verdict could not be told by \(app.notify[0]): \(problem)")
    }
}
