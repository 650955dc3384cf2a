import Logging
import Support
import Synchronization

/// A journal in memory, which can run code when a line is written.
final class Journal: LogHandler, Sendable {
    private let entries = Mutex<[(message: String, metadata: Logger.Metadata)]>([])
    private let hooks = Mutex<[Hook]>([])

    private struct Hook: Sendable {
        let matches: @Sendable (String) -> Bool
        let body: @Sendable () -> Void
    }

    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .info }
        set {}
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        let message = "\(event.message)"
        entries.withLock { $0.append((message, event.metadata ?? [:])) }
        let hook = hooks.withLock { hooks -> (@Sendable () -> Void)? in
            guard let index = hooks.firstIndex(where: { $0.matches(message) }) else { return nil }
            return hooks.remove(at: index).body
        }
        hook?()
    }

    /// Runs `body` once, when this line is written.
    func when(_ line: String, _ body: @escaping @Sendable () -> Void) {
        hooks.withLock { $0.append(Hook(matches: { $0 == line }, body: body)) }
    }

    /// Runs `body` once, when a line is written that begins like this.
    func when(with beginning: String, _ body: @escaping @Sendable () -> Void) {
        hooks.withLock { $0.append(Hook(matches: { $0.hasPrefix(beginning) }, body: body)) }
    }

    /// Returns once a line with this text has been written, before or after the call.
    func awaitLine(with text: String) async {
        let latch = Latch()
        hooks.withLock { $0.append(Hook(matches: { $0.contains(text) }, body: { latch.open() })) }
        if lines.contains(where: { $0.contains(text) }) { return }
        await latch.wait()
    }

    var lines: [String] { entries.withLock { $0.map(\.message) } }

    /// The logged verdicts, in order: `#2 deployed`.
    var verdicts: [String] {
        entries.withLock { entries in
            entries.compactMap { entry in
                entry.metadata["verdict"].map {
                    "\(entry.message.split(separator: ":")[0].dropFirst("shop ".count)) \($0)"
                }
            }
        }
    }
}
