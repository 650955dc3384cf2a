import Deploy
import Rules

/// What `berth check` says.
extension Findings: Answer {
    var exitStatus: ExitStatus { hasErrors ? .found : .success }

    func passages(_ moments: Moments) -> [Passage] {
        guard !findings.isEmpty else { return [.line("Nothing was found that could fail.")] }
        return Finding.Severity.allCases.flatMap { severity -> [Passage] in
            let found = findings.filter { $0.severity == severity }
            guard !found.isEmpty else { return [] }
            return [.heading(severity.title)] + found.flatMap { $0.passages(in: $0.place) }
        }
    }
}

extension Finding {
    /// The app, if the sentence does not begin with it.
    fileprivate var place: String? { app.map(\.description).flatMap { $0 == subject ? nil : $0 } }

    /// - Parameter place: what stands before the sentence.
    func passages(in place: String?) -> [Passage] {
        let start = place.map { "\($0): " } ?? ""
        return [.line("  \(start)\(sentence)")] + (hint.map { [.line("      try: \($0)")] } ?? [])
    }
}

extension Finding.Severity {
    fileprivate var title: String {
        switch self {
        case .error: "Errors:"
        case .warning: "Warnings:"
        case .note: "Notes:"
        }
    }
}
