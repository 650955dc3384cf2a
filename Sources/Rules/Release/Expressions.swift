import DockerModel

/// The variables of a Compose file, each taken out for a plain word.
///
/// Compose before 2.30 splits a short volume at the colons within `${NAME:-default}`, and then cannot print a file without
/// the values of its variables. It can print one with words.
package struct Expressions: Sendable {
    /// The file with words.
    package let text: String
    private let written: [String]
    private let mark: String

    package init(in text: String) {
        var generator = SystemRandomNumberGenerator()
        let mark = "berth\(String(generator.next(), radix: 36))v"
        var result = ""
        var written: [String] = []
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            let length = Self.length(rest[dollar...])
            let expression = rest[dollar...].prefix(length)
            if length > 1, expression != "$$" {
                result += "\(mark)\(written.count)x"
                written.append(String(expression))
            } else {
                result += expression
            }
            rest = rest[dollar...].dropFirst(length)
        }
        self.text = result + rest
        self.written = written
        self.mark = mark
    }

    /// The value with each expression in its place again.
    package func putBack(_ value: JSON) -> JSON {
        switch value {
        case .string(let text): .string(putBack(text))
        case .array(let elements): .array(elements.map(putBack))
        case .object(let members):
            .object(Dictionary(members.map { (putBack($0.key), putBack($0.value)) }) { $1 })
        case .null, .bool, .integer, .number: value
        }
    }

    private func putBack(_ text: String) -> String {
        guard text.contains(mark) else { return text }
        return written.enumerated().reduce(text) { $0.replacing("\(mark)\($1.offset)x", with: $1.element) }
    }

    /// How many characters an expression has that begins with `$`: `$$`, `$NAME`, or `${…}` with what is nested in it.
    private static func length(_ text: Substring) -> Int {
        let rest = text.dropFirst()
        if rest.first == "$" { return 2 }
        guard rest.first == "{" else {
            return 1 + rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }.count
        }
        var depth = 0
        for (count, character) in rest.enumerated() {
            if character == "{" { depth += 1 }
            if character == "}" { depth -= 1 }
            if character == "\n" { return 1 }
            if depth == 0 { return count + 2 }
        }
        return 1
    }
}
