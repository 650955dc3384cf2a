extension History {
    /// How many drops ended in each way whose records no longer exist.
    package struct Forgotten: Equatable, Sendable {
        package private(set) var counts: [Verdict: Int] = [:]

        package init() {}

        package func adding(_ entries: some Sequence<Entry>) -> Forgotten {
            var more = self
            for entry in entries { more.counts[entry.verdict, default: 0] += 1 }
            return more
        }
    }
}

/// The format in the index of an app's records, one line: `forgotten refused=1200 superseded=3 .`
extension History.Forgotten {
    package var line: String {
        let words = Verdict.allCases.compactMap { verdict in counts[verdict].map { "\(verdict.rawValue)=\($0)" } }
        return (["forgotten"] + words + ["."]).joined(separator: " ")
    }

    /// Nil for another line, and for one that a power failure has cut off.
    package init?(line: String) {
        let words = line.split(separator: " ")
        guard words.count >= 2, words.first == "forgotten", words.last == "." else { return nil }
        for word in words.dropFirst().dropLast() {
            let parts = word.split(separator: "=")
            guard parts.count == 2, let verdict = Verdict(rawValue: String(parts[0])), let count = Int(parts[1]),
                Record.numbers.contains(count)
            else { return nil }
            counts[verdict] = count
        }
    }
}
