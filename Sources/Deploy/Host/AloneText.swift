/// Whether Compose reads nothing for a Compose file but `.env` and what `env_file` names, as far as its text tells.
///
/// A text that only looks as if it could need more is asked for again each time, which is slower and never wrong.
enum AloneText {
    static func standsAlone(_ text: [UInt8]) -> Bool {
        // YAML may also be written in UTF-16, in which no word is found.
        guard !text.contains(0), let string = String(validating: text, as: UTF8.self) else { return false }
        return !words.contains(where: string.contains) && !hidesWords(text)
    }

    /// The keys by which Compose reads other files, or follows links.
    private static let words = ["include", "extends", "label_file", "develop"]

    /// Whether a key could be spelled otherwise: by an escape in double quotes, or by a tag such as `!!binary`.
    private static func hidesWords(_ text: [UInt8]) -> Bool {
        var last = UInt8(ascii: "\n")
        for (index, byte) in text.enumerated() {
            defer { last = byte }
            let next = index + 1 < text.count ? text[index + 1] : UInt8(ascii: "\n")
            switch byte {
            case UInt8(ascii: "\\") where !harmlessEscapes.contains(next): return true
            case UInt8(ascii: "!") where separators.contains(last) && !separators.contains(next): return true
            // A directive, which may give tags other names.
            case UInt8(ascii: "%") where last == UInt8(ascii: "\n"): return true
            default: break
            }
        }
        return false
    }

    private static let harmlessEscapes = Set("\"\\/ntr0 .$d".utf8)
    private static let separators = Set(" \t\r\n[]{},:-\"'".utf8)
}
