import ArgumentParser
import Deploy
import Docker
import NIOCore
import NIOPosix
import SystemPackage

/// A command that does its work and ends; it says on standard error why it could not.
protocol OneShot: ParsableCommand, Sendable {
    func run(on host: Host) async throws -> ExitStatus
}

extension OneShot {
    func run() throws {
        let loop = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()
        let host = Host(loop)
        let end = loop.makePromise(of: ExitStatus.self)
        // At the main thread's own priority libdispatch would try to raise its threads' above what an ordinary user may.
        Task(executorPreference: host.executor, priority: .medium) {
            do {
                end.succeed(try await run(on: host))
            } catch {
                Terminal.complain(error)
                end.succeed(ExitStatus(error))
            }
        }
        throw ExitCode(try end.futureResult.wait().rawValue)
    }
}

extension Host {
    /// What the environment says of this host.
    init(_ loop: any EventLoop) {
        self.init(
            eventLoop: loop,
            engine: Engine(socket: Surroundings.engineSocket, eventLoop: loop),
            environment: Surroundings.childEnvironment,
            state: Surroundings.state,
            runtime: Surroundings.runtime
        )
    }
}
