import Deploy
import Docker
import DockerModel
import Rules

/// Tells a person how a deployment goes, in lines, and on a terminal also in one that is written anew each second.
actor Telling {
    private let stream: Terminal.Stream?
    private let store: Store
    /// Whether there is a line that is written anew.
    nonisolated let isLive: Bool
    private var course: Course
    private var isShown = false
    /// Whether there was anything to tell.
    private(set) var hasNews = false

    init(_ report: Report, of reader: RecordReader) {
        stream = report.stream
        store = reader.store
        isLive = stream.map { Terminal.format(of: $0).isStyled } ?? false
        course = Course(isLive: isLive, app: reader.app, at: .now)
    }

    func take(_ news: RecordWatch.News) {
        hasNews = true
        switch news {
        case .nameless(let record):
            let reason = (record.reason ?? "").inOneLine
            complain("berth: \(record.app) #\(record.number) was refused, and may be this one: \(reason)")
        case .record(let record):
            erase()
            let lines = course.take(record, at: .now)
            if let stream { for line in lines { Terminal.put(line, on: stream) } }
            if record.verdict == nil { draw() }
        }
    }

    /// Writes the line of what is under way anew, until the task is cancelled.
    func keepAlive(_ clock: some Clock<Duration>) async throws {
        while !Task.isCancelled {
            draw()
            try await clock.sleep(for: .seconds(1))
        }
    }

    /// Says something else.
    func complain(_ text: String) {
        erase()
        Terminal.complain(text)
    }

    /// Leaves no trace of the line that is written anew.
    ///
    /// - Returns: the record as it was last seen.
    @discardableResult
    func end() -> Record? {
        erase()
        return course.record
    }

    private func draw() {
        guard course.isLive, let stream, case .terminal(let width, _) = Terminal.format(of: stream) else { return }
        let number = course.record?.number
        let text = course.now(.now, pulled: number.flatMap(store.pulled))
        // The cursor waits at the line's beginning. So it stays there if a narrower window breaks the line, and what is erased
        // is the whole of it.
        Terminal.put("\(Self.erasure)\(text.cutAtEnd(to: width - 1))\r", on: stream, end: "")
        isShown = true
    }

    private func erase() {
        guard isShown, let stream else { return }
        Terminal.put(Self.erasure, on: stream, end: "")
        isShown = false
    }

    /// Erases the line, and then what is below: tmux keeps what is erased below the upper edge in its history.
    private static let erasure = "\r\u{1B}[2K\u{1B}[J"
}
