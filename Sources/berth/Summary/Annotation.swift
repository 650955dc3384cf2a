import Rules

/// The line by which GitHub's runner marks a job with an error.
enum Annotation {
    /// - Returns: nil for a deployment that is good, or has no verdict.
    static func text(_ record: Record) -> String? {
        guard let verdict = record.verdict, verdict != .deployed else { return nil }
        let title = "\(record.app) #\(record.number): \(verdict)".inOneLine.escaped
        let properties = title.replacing(":", with: "%3A").replacing(",", with: "%2C")
        return "::error title=\(properties)::\((record.reason ?? verdict.rawValue).inOneLine.escaped)"
    }
}

extension String {
    fileprivate var escaped: String {
        let codes: [Unicode.Scalar: String] = ["%": "%25", "\r": "%0D", "\n": "%0A"]
        return unicodeScalars.map { codes[$0] ?? String($0) }.joined()
    }
}
