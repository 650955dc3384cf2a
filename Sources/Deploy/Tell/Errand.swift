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
        try await log.lines(as: { redaction.apply(to: $0) }) { take throws(CommandError) in
            try await ProcessRunner(eventLoop: host.eventLoop, grace: Self.grace).stream(
                command,
                from: input,
                onLine: take
            )
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

    /// What every child process of berth gets, except how to reach the Engine, and what a short script wants to know of
    /// the verdict.
    private var environment: [String: String] {
        let own = host.environment.filter { !$0.key.hasPrefix("DOCKER_") }
        return own.merging([
            "BERTH_APP": "\(record.app)",
            "BERTH_DEPLOYMENT": "\(record.number)",
            "BERTH_VERDICT": record.verdict?.rawValue ?? "",
            "BERTH_CAUSE": record.cause?.rawValue ?? "",
        ]) { $1 }
    }

    /// The arguments are left out: a person may have put a secret there.
    private func complain(_ problem: String) {
        log.event(.notifyFailed, "the verdict could not be told by \(app.notify[0]): \(problem)")
    }
}
