import NIOCore
import NIOPosix
import SystemPackage

/// The end of a pipe that another process holds open.
package enum PipeEnd {
    /// Returns when no process can write to the pipe any more, or after the limit. Closes the descriptor.
    ///
    /// - Parameter pipe: its reading end.
    /// - Returns: false after the limit, or if the pipe cannot be watched.
    package static func await(
        of pipe: SystemPackage.FileDescriptor,
        within limit: Duration,
        on eventLoop: any EventLoop
    ) async -> Bool {
        let channel: any Channel
        do {
            channel = try await NIOPipeBootstrap(group: eventLoop)
                .takingOwnershipOfDescriptor(input: pipe.rawValue).get()
        } catch {
            try? pipe.close()
            return false
        }
        // Fails if the channel has closed before.
        let late = eventLoop.scheduleTask(in: TimeAmount(limit)) { channel.close(promise: nil) }
        try? await channel.closeFuture.get()
        late.cancel()
        return (try? await late.futureResult.get()) == nil
    }
}
