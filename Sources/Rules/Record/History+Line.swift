import DockerModel

/// The format of an entry in the index of an app's records: one line of words.
///
///     12 deployed 1790000000250 -ns 3f2a…/9c41… backend=sha256:… frontend=sha256:… frontend:/assets=sha256:… .
///
/// The fifth word has the digests of the Compose file and of the release; older lines have only the first.
extension History.Entry {
    package var line: String {
        let flags = (mayRollBack ? "" : "n") + (isRollback ? "r" : "") + (hasSteps ? "s" : "")
        let words = [
            "\(number)", verdict.rawValue, "\(received.nanoseconds / 1_000_000)", "-" + flags,
            (composeDigest?.asDigest ?? "-") + (releaseDigest.map { "/\($0.asDigest)" } ?? ""),
        ]
        let images = images.sorted { $0.key < $1.key }.map { "\($0.key.rawValue.asWord)=\($0.value.rawValue.asWord)" }
        return (words + images + ["."]).joined(separator: " ")
    }

    /// Nil for an incomplete line: a power failure may have cut it off.
    package init?(line: some StringProtocol) { self.init(line: Array(line.utf8)[...]) }

    /// The same from bytes: an agent reads thousands of lines as it starts.
    package init?(line: ArraySlice<UInt8>) {
        let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard words.count >= 6, words[words.count - 1].elementsEqual([UInt8(ascii: ".")]),
            let number = Int(words[0].text), Record.numbers.contains(number),
            let verdict = Verdict(rawValue: words[1].text), let milliseconds = Int64(words[2].text),
            // No drop is received in another age.
            -9_000_000_000_000...9_000_000_000_000 ~= milliseconds
        else { return nil }
        var images: [(use: ArraySlice<UInt8>, id: ArraySlice<UInt8>)] = []
        images.reserveCapacity(words.count - 6)
        for word in words[5..<words.count - 1] {
            guard let equals = word.firstIndex(of: UInt8(ascii: "=")), let use = word[..<equals].unescaped,
                let id = word[(equals + 1)...].unescaped
            else { return nil }
            images.append((use, id))
        }
        let digests = words[4].split(separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
        let unescaped = digests.compactMap(\.unescaped)
        guard unescaped.count == digests.count else { return nil }
        self.init(
            number: number,
            verdict: verdict,
            received: Timestamp(nanoseconds: 0) + .milliseconds(milliseconds),
            release: History.Packed(
                images,
                composeDigest: words[4].first == UInt8(ascii: "-") ? nil : unescaped[0],
                releaseDigest: unescaped.count > 1 ? unescaped[1] : nil
            ),
            mayRollBack: !words[3].contains(UInt8(ascii: "n")),
            isRollback: words[3].contains(UInt8(ascii: "r")),
            hasSteps: words[3].contains(UInt8(ascii: "s"))
        )
    }
}

extension ArraySlice<UInt8> {
    fileprivate var text: String { String(decoding: self, as: UTF8.self) }

    /// A word of the index as the text that it stands for; nil if an escape is cut off.
    fileprivate var unescaped: ArraySlice<UInt8>? {
        guard contains(UInt8(ascii: "%")) else { return self }
        var bytes: [UInt8] = []
        var rest = self
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let escaped = UInt8(rest.prefix(2).text, radix: 16) else { return nil }
            bytes.append(escaped)
            rest = rest.dropFirst(2)
        }
        return bytes[...]
    }
}

extension String {
    /// The text as one word of the index: a blank, a line end, `=` and `%` become `%XX`, as the target of a volume may
    /// have them.
    fileprivate var asWord: String { escaping(where: Self.isEscaped) }

    /// The same for a digest, which may be anything in a record that a person has edited: `/` and `-` mean something there.
    fileprivate var asDigest: String {
        escaping { Self.isEscaped($0) || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "-") }
    }

    private func escaping(where isEscaped: (UInt8) -> Bool) -> String {
        guard utf8.contains(where: isEscaped) else { return self }
        return String(decoding: utf8.flatMap { isEscaped($0) ? Self.escaped($0) : [$0] }, as: UTF8.self)
    }

    private static func isEscaped(_ byte: UInt8) -> Bool {
        byte <= UInt8(ascii: " ") || byte == UInt8(ascii: "=") || byte == UInt8(ascii: "%")
    }

    private static func escaped(_ byte: UInt8) -> [UInt8] {
        Array("%\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8)
    }
}
