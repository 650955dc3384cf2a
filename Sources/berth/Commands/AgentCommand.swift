import ArgumentParser
import Deploy
import Glibc
import Logging
import SystemPackage
import Systemd

/// `berth agent`: the daemon that systemd starts.
struct AgentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent",
        abstract: "Watch the spools and deploy what is dropped there.",
        discussion: """
            The service manager starts it as berth.service. Started by hand, it tells on standard error what it would \
            otherwise write to the journal. SIGHUP makes it read its settings again; SIGTERM and SIGINT stop it.
            """
    )

    @Option(help: ArgumentHelp("The settings; conf.d/*.toml beside it are read too.", valueName: "file"))
    var config = "/etc/berth/berth.toml"

    @Flag(name: .shortAndLong, help: "Also log what is of use when berth itself is looked into.")
    var verbose = false

    func run() {
        let (orders, order) = AsyncStream.makeStream(of: Agent.Order.self)
        let log = Log.make(level: verbose ? .debug : .info)
        let hostFile = HostFile(FilePath(config))
        Runner.run(takeSignal: { order.yield($0 == SIGHUP ? .reload : .stop) }) { host in
            await agent(hostFile, orders, log, host)
        }
    }

    /// Runs the agent to its end.
    private func agent(
        _ hostFile: HostFile,
        _ orders: AsyncStream<Agent.Order>,
        _ log: Logger,
        _ host: Host
    ) async -> ExitStatus {
        do {
            let lock = try StateLock(host.state)
            defer { withExtendedLifetime(lock) {} }
            let agent = try await Agent(hostFile: hostFile, host: host, log: log, serviceManager: ServiceManager())
            try await agent.run(orders)
            return .success
        } catch let error as SettingsError {
            log.critical("\(error)")
            return ExitStatus(error)
        } catch let error as StateLockError where error.isInUse {
            log.critical("berth ends: \(error)")
            return .inUse
        } catch {
            log.critical("berth ends: \(error)")
            return .software
        }
    }
}
