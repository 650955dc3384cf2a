import ArgumentParser
import Deploy
import Glibc
import Linux
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

            Exit codes:
              0   it was told to stop
              64  the command line is wrong
              70  berth itself has failed, or its records cannot be kept
              75  another agent is at work
              78  the settings are wrong
            """
    )

    @Option(
        help: ArgumentHelp("The settings; conf.d/*.toml beside it are read too.", valueName: "file"),
        completion: .file(extensions: ["toml"])
    )
    var config = "/etc/berth/berth.toml"

    @Flag(name: .shortAndLong, help: "Also log what helps to find a fault in berth itself.")
    var verbose = false

    func run() {
        // It will have tokens.
        OwnMemory.hide()
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
            var host = host
            host.kept = KeptDrops(in: ServiceDescriptors(), on: host.eventLoop)
            let agent = try await Agent(
                hostFile: hostFile,
                host: host,
                log: log,
                serviceManager: ServiceManager(),
                version: Berth.version
            )
            try await agent.run(orders)
            return .success
        } catch let error as SettingsError {
            log.log(.agentFailed, "berth ends: \(error)")
            return ExitStatus(error)
        } catch let error as StateLockError where error.isInUse {
            log.log(.agentFailed, "berth ends: \(error)")
            return .inUse
        } catch {
            log.log(.agentFailed, "berth ends: \(error)")
            return .software
        }
    }
}
