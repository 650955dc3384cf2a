import ArgumentParser
import Deploy
import Docker
import Glibc
import Linux
import Logging
import NIOCore
import NIOPosix
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

    @Option(help: ArgumentHelp("The host's file; conf.d/*.toml beside it are read too.", valueName: "file"))
    var config = "/etc/berth/berth.toml"

    @Flag(name: .shortAndLong, help: "Also log what is of use when berth itself is looked into.")
    var verbose = false

    func run() throws {
        // Before any thread is made, so that all of them inherit it: the main thread takes the signals.
        let signals = Signals.block()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let (orders, order) = AsyncStream.makeStream(of: Agent.Order.self)
        let log = Log.make(level: verbose ? .debug : .info)
        let hostFile = HostFile(FilePath(config))
        // At the main thread's own priority libdispatch, which swift-subprocess uses, would try to raise its threads' above
        // what an ordinary user may, and complain on standard error.
        Task(executorPreference: EventLoopExecutor(loop), priority: .medium) {
            Glibc.exit(await agent(hostFile, orders, log, loop))
        }
        signals.forEach { signal in
            order.yield(signal == SIGHUP ? .reload : .stop)
        }
    }

    /// Runs the agent to its end; returns the exit code (sysexits.h).
    private func agent(
        _ hostFile: HostFile,
        _ orders: AsyncStream<Agent.Order>,
        _ log: Logger,
        _ loop: any EventLoop
    ) async -> CInt {
        do {
            let lock = try StateLock(Surroundings.state)
            defer { withExtendedLifetime(lock) {} }
            let serviceManager = ServiceManager()
            let agent = try await Agent(
                hostFile: hostFile,
                host: Host(loop),
                log: log,
                serviceManager: serviceManager
            )
            try await agent.run(orders)
            return ExitStatus.success.rawValue
        } catch let error as SettingsError {
            log.critical("\(error)")
            return ExitStatus.configuration.rawValue
        } catch {
            log.critical("berth ends: \(error)")
            return ExitStatus.software.rawValue
        }
    }
}
