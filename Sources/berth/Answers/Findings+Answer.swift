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
            return [.heading(severity.title)] + found.flatMap(\.passages)
        }
    }
}

extension Finding {
    var passages: [Passage] {
        let place = app.map { "\($0): " } ?? ""
        return [.line("  \(place)\(sentence)")] + (hint.map { [.line("      try: \($0)")] } ?? [])
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
