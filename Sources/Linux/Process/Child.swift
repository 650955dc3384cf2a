import CLinux
import Glibc
import NIOCore
import NIOPosix
import SystemPackage

/// A command on its way from start to end, on an event loop.
///
/// It ends by itself, or for the first reason that it is given. Then its process group is killed, so that no process of
/// the group outlives it.
final class Child {
    /// Where the standard output goes; standard error is always followed line by line.
    enum Output {
        /// Returned at the end; more than the limit, in bytes, ends the command.
        case bytes(limit: Int)
        /// Followed line by line, in order with standard error.
        case lines
        /// Written by the child itself.
        case file(SystemPackage.FileDescriptor)
    }

    private let command: Command
    private let input: SystemPackage.FileDescriptor?
    private let output: Output
    private let grace: Duration
    private let onLine: @Sendable (String) -> Void
    private let ended: EventLoopPromise<[UInt8]>

    /// Why berth ends the command; the first reason counts.
    private var reason: CommandError.Reason?
    /// The process and its group while it runs.
    private var process: pid_t?
    /// What happens next if nothing else does.
    private var timer: Scheduled<Void>?
    /// Ends the command unless it prints something before.
    private var silence: Scheduled<Void>?
    private var readers: [EventLoopFuture<any Channel>] = []
    private var bytes: [UInt8] = []
    private var splitter = LineSplitter()
    private var lastLines = Tail<String>(20)

    /// - Parameters:
    ///   - grace: The time between SIGTERM and SIGKILL.
    ///   - ended: Has the bytes of standard output, or a ``CommandError``.
    init(
        _ command: Command,
        from input: SystemPackage.FileDescriptor?,
        into output: Output,
        grace: Duration,
        onLine: @escaping @Sendable (String) -> Void,
        ended: EventLoopPromise<[UInt8]>
    ) {
        self.command = command
        self.input = input
        self.output = output
        self.grace = grace
        self.onLine = onLine
        self.ended = ended
    }

    private var eventLoop: any EventLoop { ended.futureResult.eventLoop }

    /// Starts the command, unless it has been given a reason to end.
    func start() {
        if let reason { return fail(reason) }
        do {
            let process = try spawn()
            self.process = process
            timer = after(command.timeout) { $0.end(.timedOut(after: $0.command.timeout)) }
            awaitOutput()
            try awaitEnd(of: process)
        } catch let error as NotStarted {
            fail(.notStarted(error.reason))
        } catch {
            fail(.notStarted("\(error)"))
        }
    }

    /// Ends the whole process group: at once with SIGTERM, after the grace period with SIGKILL.
    func end(_ reason: CommandError.Reason) {
        guard self.reason == nil else { return }
        self.reason = reason
        guard let process else { return }
        kill(-process, SIGTERM)
        timer?.cancel()
        silence?.cancel()
        timer = after(grace) { _ in kill(-process, SIGKILL) }
    }
}

extension Child {
    private func spawn() throws -> pid_t {
        // The child has copies of its own. As long as this process has one too, a reader sees no end.
        let null = try SystemPackage.FileDescriptor.open("/dev/null", .readWrite, options: .closeOnExec)
        defer { try? null.close() }
        let lines = try Pipe()
        defer { try? lines.writing.close() }
        follow(lines.reading) { $0.takeLines($1) }
        let bytes = if case .bytes = output { try Pipe() } else { nil as Pipe? }
        defer { try? bytes?.writing.close() }
        if let bytes { follow(bytes.reading) { $0.takeBytes($1) } }
        let output = if case .file(let file) = output { file } else { bytes?.writing ?? lines.writing }
        return try command.spawn(StandardStreams(input: input ?? null, output: output, error: lines.writing))
    }

    /// Reads a pipe to its end.
    private func follow(_ pipe: SystemPackage.FileDescriptor, _ take: @escaping (Child, ByteBufferView) -> Void) {
        readers.append(watch(pipe, Reader { [self] in take(self, $0) }))
    }

    private func awaitEnd(of process: pid_t) throws {
        do {
            let sentinel = try Sentinel(process)
            watch(sentinel.end, Reader { _ in }).flatMap(\.closeFuture)
                .assumeIsolated().whenComplete { [self] _ in conclude(reap(process)) }
        } catch {
            _ = reap(process)
            throw error
        }
    }

    private func watch(_ descriptor: SystemPackage.FileDescriptor, _ reader: Reader) -> EventLoopFuture<any Channel> {
        let reader = NIOLoopBound(reader, eventLoop: eventLoop)
        // Until the channel is made, the descriptor is this class's to close.
        let channel = NIOPipeBootstrap(group: eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    reader.value.hasChannel = true
                    try channel.pipeline.syncOperations.addHandler(reader.value)
                }
            }
            .takingOwnershipOfDescriptor(input: descriptor.rawValue)
        channel.whenFailure { _ in if !reader.value.hasChannel { try? descriptor.close() } }
        return channel
    }

    /// - Returns: the process's status (waitpid(2)); nil if the kernel does not know it.
    private func reap(_ process: pid_t) -> CInt? {
        // Before the process is reaped: until then no other can have its number or its group's.
        kill(-process, SIGKILL)
        self.process = nil
        var status: CInt = 0
        while waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else { return nil }
        }
        return status
    }

    /// The output ends with the last process that has it, which may have left the group: that is not waited for.
    private func conclude(_ status: CInt?) {
        timer?.cancel()
        silence?.cancel()
        timer = after(Self.patience) { $0.closeReaders() }
        EventLoopFuture.andAllComplete(readers.map { $0.flatMap(\.closeFuture) }, on: eventLoop)
            .assumeIsolated().whenComplete { [self] _ in finish(status) }
    }

    private func finish(_ status: CInt?) {
        splitter.finish(say)
        if let reason = reason ?? CommandError.Reason(status: status) { return fail(reason) }
        timer?.cancel()
        ended.succeed(bytes)
    }

    private func fail(_ reason: CommandError.Reason) {
        timer?.cancel()
        silence?.cancel()
        closeReaders()
        ended.fail(CommandError(command: "\(command)", reason: reason, lastLines: lastLines.elements))
    }

    private func closeReaders() {
        for reader in readers { reader.whenSuccess { $0.close(promise: nil) } }
    }

    private func after(_ time: Duration, _ body: @escaping (Child) -> Void) -> Scheduled<Void> {
        eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(time)) { [self] in body(self) }
    }

    private static let patience = Duration.seconds(1)
}

extension Child {
    private func takeLines(_ chunk: ByteBufferView) {
        awaitOutput()
        splitter.append(chunk, say)
    }

    private func takeBytes(_ chunk: ByteBufferView) {
        awaitOutput()
        guard case .bytes(let limit) = output, reason == nil else { return }
        guard bytes.count + chunk.count <= limit else { return end(.tooMuchOutput) }
        bytes += chunk
    }

    /// From now on the command has its time again to print something.
    private func awaitOutput() {
        guard let limit = command.silence, process != nil, reason == nil else { return }
        silence?.cancel()
        silence = after(limit) { $0.end(.silent(for: limit)) }
    }

    private func say(_ line: ArraySlice<UInt8>) {
        let line = String(decoding: line, as: UTF8.self)
        lastLines.append(line)
        onLine(line)
    }
}

/// Hands on what can be read from a descriptor, and closes it when nothing more can.
private final class Reader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    var hasChannel = false
    private let take: (ByteBufferView) -> Void

    init(_ take: @escaping (ByteBufferView) -> Void) {
        self.take = take
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        take(unwrapInboundIn(data).readableBytesView)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

extension CommandError.Reason {
    /// Why a process has not succeeded, by its status (waitpid(2)); nil if it has.
    fileprivate init?(status: CInt?) {
        guard let status else {
            self = .notStarted("how it ended is not known")
            return
        }
        guard status != 0 else { return nil }
        let signal = status & 0x7F
        self = signal == 0 ? .exited(code: status >> 8 & 0xFF) : .signaled(signal)
    }
}
