import Deploy
import Docker
import Glibc
import Linux
import NIOCore

/// Runs a command on one thread with an event loop, while the main thread takes the signals.
enum Runner {
    /// Runs a command to its end, and ends the process with its exit code.
    ///
    /// - Parameter takeSignal: is given each signal. Without it, the first cancels the command and the second ends the process.
    static func run(
        takeSignal: ((CInt) -> Void)? = nil,
        _ command: @escaping @Sendable (Host) async -> ExitStatus
    ) -> Never {
        // Before any thread is made, so that all of them inherit it.
        let signals = Signals.block()
        let turns = LoopTurns()
        let host = Host(turns.makeLoop(), turns)
        let task = Task(executorPreference: host.executor) {
            Glibc.exit(await command(host).code)
        }
        signals.forEach { signal in
            if let takeSignal { return takeSignal(signal) }
            if task.isCancelled { _exit(ExitStatus.interrupted.code) }
            task.cancel()
        }
    }
}

extension Runner {
    /// Runs a command for a person, and tells the error that ends it.
    static func answer(_ command: @escaping @Sendable (Host) async throws -> ExitStatus) -> Never {
        run { host in
            do {
                return try await command(host)
            } catch {
                guard !Task.isCancelled else { return .interrupted }
                Terminal.complain(Render.text(error))
                return ExitStatus(error)
            }
        }
    }
}

extension Host {
    /// What the environment says of this host.
    fileprivate init(_ loop: any EventLoop, _ turns: LoopTurns) {
        self.init(
            eventLoop: loop,
            engine: Engine(socket: Surroundings.engineSocket, eventLoop: loop),
            environment: Surroundings.childEnvironment,
            state: Surroundings.state,
            runtime: Surroundings.runtime,
            pluginFolders: ComposeProgram.systemFolders,
            turns: turns
        )
    }
}
