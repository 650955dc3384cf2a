import Rules

/// What a piece of text means to a person; a terminal shows it by a colour.
enum Tone: Equatable, Sendable {
    case plain, good, doubtful, bad
}

/// How text stands on a terminal that takes styles.
struct Style: Equatable {
    var tone = Tone.plain
    var isBold = false

    /// The text between the escape sequences that begin and end the style (ECMA-48, SGR).
    func applied(to text: String) -> String {
        let codes = (isBold ? ["1"] : []) + (tone.colour.map { [$0] } ?? [])
        guard !codes.isEmpty, !text.isEmpty else { return text }
        return "\u{1B}[\(codes.joined(separator: ";"))m\(text)\u{1B}[0m"
    }
}

extension Tone {
    fileprivate var colour: String? {
        switch self {
        case .plain: nil
        case .good: "32"
        case .doubtful: "33"
        case .bad: "31"
        }
    }
}

extension Verdict {
    var tone: Tone {
        switch self {
        case .deployed: .good
        case .refused, .superseded: .doubtful
        case .failed, .rolledBack, .unhealthy, .rollbackFailed: .bad
        }
    }
}
