import Docker
import Linux
import Logging
import Rules
import SystemPackage

/// Tells an app's verdicts to the command of its `notify`, one after the other, beside the deployments.
///
/// Each verdict is told once. It is told again if the agent ends while the command runs, and not at all if more verdicts
/// wait than ``limit``.
actor Messenger {
    /// How many verdicts may wait; of more, the oldest are left out.
    static let limit = 20

    private let host: Host
    private let store: Store
    private let log: Logger
    /// The numbers of the drops whose verdicts are not told, also on the disk: the next agent goes on with them.
    private var untold: [Int]
    /// Those of them that an earlier agent has left.
    private let leftBehind: [Int]
    private var waiting: [Message] = []
    private var teller: Task<Void, Never>?
    private var isStopped = false
    private let ring: AsyncStream<Void>.Continuation

    private struct Message: Sendable {
        let record: Record
        let app: AppSettings
    }

    /// - Parameter ring: is rung when there is nothing left to tell.
    init(_ store: Store, host: Host, log: Logger, ring: AsyncStream<Void>.Continuation) {
        self.host = host
        self.store = store
        self.log = log
        self.ring = ring
        leftBehind = store.untold
        untold = leftBehind
    }

    var isIdle: Bool { teller == nil }

    /// Notes a drop before it has a verdict, so that its verdict is told even if the agent ends with it.
    func expect(_ number: Int, of app: AppSettings) {
        guard !app.notify.isEmpty, !untold.contains(number) else { return }
        untold.append(number)
        store.note(untold: untold)
    }

    /// Tells what an earlier agent has left untold.
    @inline(never)
    func catchUp(_ app: AppSettings) {
        for number in leftBehind {
            guard let record = try? store.record(number), !app.notify.isEmpty else {
                forget(number)
                continue
            }
            if record.verdict != nil { tell(record, of: app) }
        }
    }

    /// Tells a verdict, in its turn. An agent that is being stopped leaves it to the next one.
    func tell(_ record: Record, of app: AppSettings) {
        guard !app.notify.isEmpty else { return forget(record.number) }
        expect(record.number, of: app)
        guard !isStopped, !Task.isCancelled else { return }
        waiting.append(Message(record: record, app: app))
        if waiting.count > Self.limit { leaveOut(waiting.removeFirst()) }
        guard teller == nil else { return }
        teller = Task(executorPreference: host.executor) { await self.tellAll() }
    }

    /// Ends the command that runs. What is untold stays so.
    func stop() async {
        isStopped = true
        teller?.cancel()
        await teller?.value
    }

    private func tellAll() async {
        while !isStopped, !waiting.isEmpty {
            let message = waiting.removeFirst()
            await Errand(message.app, message.record, host, log).run()
            if !isStopped { forget(message.record.number) }
        }
        teller = nil
        ring.yield()
    }

    private func leaveOut(_ message: Message) {
        let (app, record) = (message.app.name, message.record)
        DeploymentLog(log, app: app, number: record.number, request: record.request).event(
            .notifyFailed,
            "the verdict is not told: \(Self.limit) newer ones wait for \(message.app.notify[0])"
        )
        forget(record.number)
    }

    private func forget(_ number: Int) {
        guard untold.contains(number) else { return }
        untold.removeAll { $0 == number }
        store.note(untold: untold)
    }
}

extension Store {
    /// The drops whose verdicts are to be told (`<state>/<app>/untold`).
    fileprivate var untold: [Int] {
        let text = String(decoding: (try? File.read(untoldFile)) ?? [], as: UTF8.self)
        return text.split(separator: " ").compactMap { Int($0) }.filter(Record.numbers.contains)
    }

    /// If it cannot be written, a verdict may be lost with this agent, or told twice: that is no reason for more.
    fileprivate func note(untold numbers: [Int]) {
        let text = numbers.map { "\($0)" }.joined(separator: " ")
        try? File.replace(untoldFile, with: Array(text.utf8), mode: [.ownerReadWrite, .groupRead])
    }

    private var untoldFile: FilePath { folder.removingLastComponent().appending("untold") }
}
