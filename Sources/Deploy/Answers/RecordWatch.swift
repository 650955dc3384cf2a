import Glibc
import Linux
import NIOCore
import Rules
import SystemPackage

/// Follows a deployment by its record, which the agent saves before each phase acts.
package struct RecordWatch: Sendable {
    /// Which deployment.
    package enum Target: Equatable, Sendable {
        /// The one that began last.
        case last
        case number(Int)
        /// The last one with CI's name for the request, if its number is higher than that.
        case request(String, after: Int)
    }

    private let store: Store
    private let eventLoop: any EventLoop

    package init(_ reader: RecordReader, on eventLoop: any EventLoop) {
        store = reader.store
        self.eventLoop = eventLoop
    }

    /// Waits for the deployment's verdict. It may not have begun yet.
    ///
    /// - Parameter tell: is called with each new state of the record.
    /// - Throws: `CancellationError` if the task is cancelled.
    package func follow(_ target: Target, _ tell: (Record) async -> Void) async throws -> Record {
        let inotify = try await Inotify(on: eventLoop)
        _ = try inotify.add(store.folder, UInt32(IN_MOVED_TO | IN_CLOSE_WRITE))
        var search = Search(target, store)
        var ended: Record?
        func look() async {
            guard let record = search.news() else { return }
            await tell(record)
            if record.verdict != nil { ended = record }
        }
        // What was saved before the watch began makes no event.
        await look()
        if ended == nil {
            try await inotify.run { _ in
                await look()
                return ended == nil
            }
        }
        guard let ended else { throw CancellationError() }
        return ended
    }
}

/// Looks for a deployment, again and again.
private struct Search {
    private let target: RecordWatch.Target
    private let store: Store
    /// The deployment, once it is known.
    private var number: Int?
    /// The highest number that was looked at.
    private var seen: Int
    private var last: Record?

    init(_ target: RecordWatch.Target, _ store: Store) {
        self.target = target
        self.store = store
        if case .number(let number) = target { self.number = number }
        seen = if case .request(_, let number) = target { number } else { 0 }
    }

    /// The record as it is now; nil if it is not there yet, or has not changed.
    mutating func news() -> Record? {
        if number == nil { number = find() }
        guard let record = number.flatMap({ try? store.record($0) }), record != last else { return nil }
        last = record
        return record
    }

    private mutating func find() -> Int? {
        guard let numbers = try? store.numbers() else { return nil }
        guard case .request(let request, _) = target else { return numbers.last }
        let new = numbers.filter { $0 > seen }.reversed()
        seen = max(seen, numbers.last ?? 0)
        return new.first { (try? store.record($0))?.request == request }
    }
}
