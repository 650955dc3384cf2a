import Deploy
import Docker
import DockerModel
import FoundationEssentials
import Linux
import Rules
import Systemd

extension FuzzTarget {
    /// An `.env` is read for its secrets, and they are taken out of a text.
    static let dotenv = FuzzTarget("dotenv") { bytes in
        let text = bytes.text
        let file = Dotenv(text)
        let redaction = Redaction(environment: text)
        for variable in file.variables {
            try hold(
                "a name stands for Compose's variable",
                variable.uses.allSatisfy { $0.utf8.allSatisfy(isNameByte) }
            )
            guard SecretName.matches(variable.name), let value = variable.spellings.last, isSecret(value) else {
                continue
            }
            // The accent joins the last character of the value.
            let shown = redaction.apply(to: "value \(value)\u{301} \(value)")
            let pieces = Array(shown.utf8).split(at: Array(Redaction.mark.utf8))
            try hold("a secret is not shown", !pieces.contains { $0.contains(Array(value.utf8)) })
        }
        let plain = file.variables.filter { DropParser.isExportable(Array($0.name.utf8)) }
        let again = Dotenv(plain.map(canonical).joined()).variables
        try hold("the names are the same", again.map(\.name) == plain.map(\.name))
        for (one, two) in zip(plain, again) {
            try hold("the value is the same", two.spellings.last?.isSame(as: one.spellings.last ?? "") == true)
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || Character(UnicodeScalar(byte)).isASCII && Character(UnicodeScalar(byte)).isLetter
            || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }

    private static func canonical(_ variable: Dotenv.Variable) -> String {
        var line = "\(variable.name)=\""
        for scalar in (variable.spellings.last ?? "").unicodeScalars {
            switch scalar {
            case "\"", "\\", "$": line += "\\\(scalar)"
            case "\n": line += "\\n"
            case "\r": line += "\\r"
            default: line.unicodeScalars.append(scalar)
            }
        }
        return line + "\"\n"
    }

    /// Whether a redaction hides the value.
    private static func isSecret(_ value: String) -> Bool { Redaction(secrets: [value]) != Redaction(secrets: []) }

    /// The output of a program is cut into lines, rid of secrets, and made harmless.
    static let output = FuzzTarget("output") { bytes in
        let (first, text) = bytes.halves
        try checkLines(first, text)
        try checkFrames(first, text)
        try checkRedaction(of: text.text, first.split(separator: UInt8(ascii: "\n")).map(\.text))
        try checkPrintable(text.text)
        let line = ComposeLine(text.text)
        let parts = Array(line.text.utf8).split(at: Array("in variable name \"".utf8))
        try hold("what Compose quotes is not shown", parts.count == 1 || parts.count == 2 && parts[1].text == "…\"")
    }

    private static func checkLines(_ first: [UInt8], _ second: [UInt8]) throws {
        var (whole, chunked) = ([[UInt8]](), [[UInt8]]())
        let limit = 64
        var splitter = LineSplitter(limit: limit)
        splitter.append(first + second) { whole.append(Array($0)) }
        splitter.finish { whole.append(Array($0)) }
        splitter = LineSplitter(limit: limit)
        splitter.append(first) { chunked.append(Array($0)) }
        splitter.append(second) { chunked.append(Array($0)) }
        splitter.finish { chunked.append(Array($0)) }
        try hold("lines do not depend on the chunks", whole == chunked)
        try hold("a line has at most that many bytes", whole.allSatisfy { $0.count <= limit })
        let breaks = Array("\r\n".utf8)
        try hold("nothing is lost", Array(whole.joined()) == (first + second).filter { !breaks.contains($0) })
    }

    private static func checkFrames(_ first: [UInt8], _ second: [UInt8]) throws {
        var (one, two) = (LogDemultiplexer(), LogDemultiplexer())
        let whole = one.payload(first + second)
        let chunked = two.payload(first) + two.payload(second)
        try hold("a log does not depend on the chunks", whole == chunked)
        try hold("a log is shorter than its frames", whole.count <= max(0, first.count + second.count - 8))
    }

    private static func checkRedaction(of text: String, _ secrets: [String]) throws {
        let shown = Array(Redaction(secrets: secrets).apply(to: text).utf8)
        let pieces = shown.split(at: Array(Redaction.mark.utf8))
        let lines = secrets + secrets.flatMap { $0.split(whereSeparator: \.isNewline).map(String.init) }
        let hidden = lines.filter(isSecret).map { Array($0.utf8) }
        for secret in hidden { try hold("a secret is not shown", !pieces.contains { $0.contains(secret) }) }
        try hold("nothing but the secrets is changed", shown == marking(hidden, in: Array(text.utf8)))
    }

    /// The text with the mark for each secret, byte by byte.
    private static func marking(_ secrets: [[UInt8]], in text: [UInt8]) -> [UInt8] {
        var marked: [UInt8] = []
        var end = 0
        for (place, byte) in text.enumerated() {
            let found = secrets.filter { $0.first == byte && text[place...].starts(with: $0) }.map(\.count).max()
            if let found {
                if place >= end { marked += Redaction.mark.utf8 }
                end = max(end, place + found)
            }
            if place >= end { marked.append(byte) }
        }
        return marked
    }

    private static func checkPrintable(_ text: String) throws {
        let printable = text.printable
        try hold("nothing steers a terminal", printable.unicodeScalars.allSatisfy { !$0.steersTerminals || $0 == "\t" })
        try hold("what is printable stays as it is", printable.printable.isSame(as: printable))
        try hold("a line is cut", Excerpt.text(text).unicodeScalars.count <= 401)
        let json = try JSON.string(text).bytes().text.harmless
        try hold("JSON steers no terminal", json.unicodeScalars.allSatisfy { !$0.steersTerminals })
        try hold("JSON runs no command of CI", !Array(json.utf8).contains(Array("##".utf8)))
        try hold("harmless JSON says the same", try JSON(bytes: json.utf8).text?.isSame(as: text) == true)
    }
}
