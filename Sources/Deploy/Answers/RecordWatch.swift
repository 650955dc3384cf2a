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
        /// The last one with CI's name for its drop.
        case request(String)
        /// The first one with that name whose number is higher.
        case next(String, after: Int)
    }

    /// What there is to tell.
    package enum News: Equatable, Sendable {
        /// A new state of the record.
        case record(Record)
        /// A newer drop was refused, and berth could not read whose request it was.
        case nameless(Record)
    }

    private let store: Store
    private let eventLoop: any EventLoop

    package init(_ reader: RecordReader, on eventLoop: any EventLoop) {
        store = reader.store
        self.eventLoop = eventLoop
    }

    /// Waits for the deployment's verdict. It may not have begun yet.
    ///
    /// - Parameters:
    ///   - begin: is called once nothing is missed any more.
    ///   - isGone: whether the drop is no longer in the spool, so that no record will come of it once a newer one is there.
    /// - Returns: the record; nil if another drop took its place in the spool.
    /// - Throws: ``Failure`` if there can be no such record, `CancellationError` if the task is cancelled.
    package func follow(
        _ target: Target,
        begin: () throws -> Void = {},
        isGone: () -> Bool = { false },
        _ tell: (News) async -> Void
    ) async throws -> Record? {
        let inotify = try await Inotify(on: eventLoop)
        _ = try inotify.add(store.folder, UInt32(IN_MOVED_TO | IN_CLOSE_WRITE))
        try begin()
        var search = Search(target, store)
        var ended: Record??
        func look() async throws {
            for news in try search.news() {
                await tell(news)
                if case .record(let record) = news, record.verdict != nil { ended = record }
            }
            if ended == nil, search.isOvertaken, isGone() { ended = .some(nil) }
        }
        // What was saved before the watch began makes no event.
        try await look()
        if ended == nil {
            try await inotify.run { _ in
                try await look()
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
    /// The numbers of the records that have another request.
    private var others: Set<Int> = []
    private var last: Record?

    init(_ target: RecordWatch.Target, _ store: Store) {
        self.target = target
        self.store = store
        if case .number(let number) = target { self.number = number }
    }

    /// Whether newer drops are on record, and this one is not.
    var isOvertaken: Bool { number == nil && !others.isEmpty }

    /// What has changed since the last look.
    mutating func news() throws(Failure) -> [RecordWatch.News] {
        let numbers: [Int]
        do throws(StoreError) { numbers = try store.numbers() } catch { throw Failure(error) }
        var news: [RecordWatch.News] = []
        if number == nil { number = find(numbers, &news) }
        guard let number else { return news }
        guard numbers.contains(number) else {
            guard number > numbers.last ?? 0 else { throw .noRecord(of: number) }
            return news
        }
        do throws(StoreError) {
            let record = try store.record(number)
            if record != last { news.append(.record(record)) }
            last = record
        } catch {
            throw Failure(error)
        }
        return news
    }

    private mutating func find(_ numbers: [Int], _ news: inout [RecordWatch.News]) -> Int? {
        let (request, candidates): (String, [Int])
        switch target {
        case .last: return numbers.last
        case .number(let number): return number
        case .request(let name): (request, candidates) = (name, numbers.reversed())
        case .next(let name, let first): (request, candidates) = (name, numbers.filter { $0 > first })
        }
        for number in candidates where !others.contains(number) {
            guard let outline = store.outline(of: number) else { continue }
            if outline.request == request { return number }
            others.insert(number)
            guard case .next = target, outline.request == nil, outline.verdict == .refused else { continue }
            if let record = try? store.record(number) { news.append(.nameless(record)) }
        }
        return nil
    }
}

extension Failure {
    fileprivate static func noRecord(of number: Int) -> Failure {
        Failure(
            .noSuchRecord,
            "",
            "there is no record of #\(number)",
            hint: "see berth history for those that there are"
        )
    }
}
