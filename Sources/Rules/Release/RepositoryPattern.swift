import DockerModel

/// A pattern of the setting `images`, such as `ghcr.io/acme/shop-*`.
package struct RepositoryPattern: Equatable, Sendable {
    /// A repository as the Compose file writes it, without a tag; `*` stands for any characters except `/`.
    package let text: String

    /// Nil if no repository can match: the text is empty, or has characters that a repository cannot have.
    package init?(_ text: String) {
        let marks = Set("-._/:*")
        let isKnown = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || marks.contains($0)) }
        guard !text.isEmpty, isKnown, !text.hasPrefix("/"), !text.hasSuffix("/") else { return nil }
        // After the last slash, a colon would begin a tag.
        guard let last = text.split(separator: "/").last, !last.contains(":") else { return nil }
        self.text = text
    }

    package func matches(_ reference: ImageReference) -> Bool {
        Self.matches(Array(reference.repository.utf8)[...], Array(text.utf8)[...])
    }

    private static func matches(_ text: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
        // The place after the last `*`, and how much of the text that `*` stands for.
        var retry: (pattern: Int, text: Int)?
        var (place, at) = (text.startIndex, pattern.startIndex)
        while place < text.endIndex {
            if at < pattern.endIndex, pattern[at] == UInt8(ascii: "*") {
                at += 1
                retry = (at, place)
            } else if at < pattern.endIndex, pattern[at] == text[place] {
                (place, at) = (place + 1, at + 1)
            } else if let last = retry, text[last.text] != UInt8(ascii: "/") {
                retry = (last.pattern, last.text + 1)
                (place, at) = (last.text + 1, last.pattern)
            } else {
                return false
            }
        }
        return pattern[at...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
