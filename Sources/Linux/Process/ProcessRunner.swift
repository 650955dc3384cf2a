import NIOCore
import SystemPackage

/// Runs commands as child processes, none of whose process group outlives the call.
///
/// Every child leads its own session. At the time limit, or when the task is cancelled, the whole process group gets
/// SIGTERM, and SIGKILL after a grace period. When a call returns, the rest of the group is killed, even processes that
/// ignore SIGTERM. Standard input is empty unless a call says otherwise.
package struct ProcessRunner: Sendable {
    private let eventLoop: any EventLoop
    private let grace: Duration

    /// - Parameters:
    ///   - eventLoop: One that can watch descriptors, so none of those that only tests have.
    ///   - grace: The time between SIGTERM and SIGKILL.
    package init(eventLoop: any EventLoop, grace: Duration = .seconds(10)) {
        self.eventLoop = eventLoop
        self.grace = grace
    }

    /// Runs a command, and returns its standard output.
    ///
    /// - Parameters:
    ///   - limit: The maximum size of standard output, in bytes.
    ///   - onErrorLine: Called with each line of standard error as it arrives.
    package func capture(
        _ command: Command,
        limit: Int,
        onErrorLine: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws(CommandError) -> [UInt8] {
        try await run(command, from: nil, into: Child.Output.bytes(limit: limit), onErrorLine)
    }

    /// Runs a command for its effect.
    ///
    /// The child itself reads and writes the files, whatever their size. They stay open.
    ///
    /// - Parameters:
    ///   - input: The file that is the standard input.
    ///   - output: The file that is the standard output.
    ///   - onLine: Called with each line as it arrives: of standard error, and of standard output if that is no file.
    package func stream(
        _ command: Command,
        from input: SystemPackage.FileDescriptor? = nil,
        into output: SystemPackage.FileDescriptor? = nil,
        onLine: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws(CommandError) {
        _ = try await run(command, from: input, into: output.map(Child.Output.file) ?? .lines, onLine)
    }

    private func run(
        _ command: Command,
        from input: SystemPackage.FileDescriptor?,
        into output: Child.Output,
        _ onLine: @escaping @Sendable (String) -> Void
    ) async throws(CommandError) -> [UInt8] {
        let ended = eventLoop.makePromise(of: [UInt8].self)
        let child = NIOLoopBoundBox.makeBoxSendingValue(
            Child(command, from: input, into: output, grace: grace, onLine: onLine, ended: ended),
            eventLoop: eventLoop
        )
        do {
            return try await withTaskCancellationHandler {
                // A task that is cancelled already has come here after its cancellation: no process is started.
                eventLoop.execute { child.value.start() }
                return try await ended.futureResult.get()
            } onCancel: {
                eventLoop.execute { child.value.end(.cancelled) }
            }
        } catch let error as CommandError {
            throw error
        } catch {
            throw CommandError(command: "\(command)", reason: .notStarted("\(error)"), lastLines: [])
        }
    }
}

/// A time limit has passed.
package struct Expired: Error {
    package init() {}
}
