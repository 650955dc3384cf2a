import ArgumentParser
import Deploy
import Docker
import Logging
import NIOCore
import NIOPosix
import SystemPackage
import Systemd

/// A command that does its work and ends; it says on standard error why it could not.
protocol OneShot: ParsableCommand, Sendable {
    func run(in context: Context) async throws -> ExitStatus
}

extension OneShot {
    func run() throws {
        let loop = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()
        var log = Logger(label: "berth") { _ in Console() }
        log.logLevel = .warning
        let context = Context(loop, log, ServiceManager())
        let end = loop.makePromise(of: ExitStatus.self)
        // At the main thread's own priority libdispatch would try to raise its threads' above what an ordinary user may.
        Task(executorPreference: context.executor, priority: .medium) {
            do {
                end.succeed(try await run(in: context))
            } catch {
                Terminal.complain(error)
                end.succeed(ExitStatus(error))
            }
        }
        throw ExitCode(try end.futureResult.wait().rawValue)
    }
}

extension Context {
    /// What the environment says of this host.
    init(_ loop: any EventLoop, _ log: Logger, _ serviceManager: ServiceManager) {
        self.init(
            eventLoop: loop,
            engine: Engine(socket: Surroundings.engineSocket, eventLoop: loop),
            environment: Surroundings.childEnvironment,
            state: Surroundings.state,
            runtime: Surroundings.runtime,
            log: log,
            status: StatusLine(serviceManager)
        )
    }
}
