import Deploy
import Docker
import DockerModel
import FoundationEssentials
import Rules
import Systemd

/// How an answer is written.
enum Format: Equatable {
    case json
    /// For a pipe: nothing is cut.
    case lines
    /// For a terminal that is so wide.
    case terminal(width: Int, isStyled: Bool)

    /// Whether escape sequences may be written.
    var isStyled: Bool {
        if case .terminal(_, true) = self { true } else { false }
    }
}

/// The one place that turns what commands have found into text.
enum Render {
    static func text(_ answer: some Answer, as format: Format, at now: Timestamp = .now) throws -> String {
        switch format {
        case .json: return try answer.json()
        case .lines: return text(answer.passages(Moments(now: nil)), width: nil, isStyled: false)
        case .terminal(let width, let isStyled):
            return text(answer.passages(Moments(now: now)), width: width, isStyled: isStyled)
        }
    }

    /// What is wrong, and what to try on a line of its own.
    static func text(_ error: any Error) -> String {
        let failure = Failure(any: error)
        let hint = failure.hint.map { "\ntry: \($0.inOneLine)" } ?? ""
        return "berth: \(failure.sentence.inOneLine)\(hint)"
    }

    private static func text(_ passages: [Passage], width: Int?, isStyled: Bool) -> String {
        passages.flatMap { lines(of: $0, width: width, isStyled: isStyled) }.joined(separator: "\n")
    }

    private static func lines(of passage: Passage, width: Int?, isStyled: Bool) -> [String] {
        func styled(_ text: String, _ style: Style) -> [String] {
            let text = text.inOneLine
            let indent = text.prefix { $0 == " " }.count
            let lines = width.map { String(text.dropFirst(indent)).wrapped(to: $0 - indent, indent: indent) } ?? [text]
            return isStyled ? lines.map(style.applied) : lines
        }
        return switch passage {
        case .heading(let text, let tone): styled(text, Style(tone: tone, isBold: true))
        case .line(let text, let tone): styled(text, Style(tone: tone))
        case .table(let table): table.lines(fitting: width, isStyled: isStyled)
        }
    }
}

extension Answer {
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self).harmless
    }
}

extension String {
    /// The text of others as it may stand in a line: it can neither steer a terminal nor begin a line of its own, nor give
    /// an order to what runs a CI job and reads the job's log.
    var inOneLine: String {
        split { $0.isNewline || $0 == "\t" }.joined(separator: " ").printable.withoutIgnorables.withoutOrders
    }

    /// GitHub's runner obeys `::name::` at the beginning of a line and `##[name]` anywhere in it; others obey `##name[…]`.
    /// They look at scalars: what makes one character of several hides nothing from them.
    private var withoutOrders: String {
        replacing(/##(?=[A-Za-z]*\[)/.matchingSemantics(.unicodeScalar), with: "# #")
            .replacing(/^\s*::(?=.*::)/.matchingSemantics(.unicodeScalar), with: ": :")
    }

    /// Without what shows nothing, and what a comparison of strings may leave out.
    private var withoutIgnorables: String {
        String(String.UnicodeScalarView(unicodeScalars.filter { !$0.properties.isDefaultIgnorableCodePoint }))
    }
}
