/// Something on this host that could fail a deployment, or that a person should know before the night.
package struct Finding: Equatable, Sendable, Encodable {
    package enum Severity: String, Sendable, Encodable, CaseIterable {
        /// The next drop fails or is refused, or data may be lost.
        case error
        /// It may.
        case warning
        /// It is meant to be so, or cannot be known.
        case note
    }

    /// What it is about, as a stable word for scripts.
    package enum Area: String, Sendable, Encodable, CaseIterable {
        case agent, settings, docker, disk, logins, schedules, spool, folder
        case wayBack = "way-back"
        case services
        /// What could not be looked at.
        case unseen
    }

    package let severity: Severity
    package let area: Area
    /// Nil for what concerns the whole host.
    package let app: AppName?
    package let subject: String
    package let problem: String
    /// What to try; nil if nothing needs to be done.
    package let hint: String?

    package init(
        _ severity: Severity,
        _ area: Area,
        _ app: AppName?,
        _ subject: String,
        _ problem: String,
        try hint: String?
    ) {
        self.severity = severity
        self.area = area
        self.app = app
        self.subject = subject
        self.problem = problem
        self.hint = hint
    }

    /// Of the whole host.
    package init(_ severity: Severity, _ area: Area, _ subject: String, _ problem: String, try hint: String?) {
        self.init(severity, area, nil, subject, problem, try: hint)
    }

    package init(_ severity: Severity, _ area: Area, of app: AppName? = nil, _ error: some Explained) {
        let rest = error.sentence.dropFirst(error.subject.count).drop { $0 == ":" || $0 == " " }
        self.init(severity, area, app, error.subject, String(rest), try: error.hint)
    }

    /// Subject and problem, in one sentence.
    package var sentence: String { subject.isEmpty ? problem : "\(subject) \(problem)" }
}

/// Everything that a look at the host has found.
package struct Findings: Equatable, Sendable, Encodable {
    package let findings: [Finding]

    /// - Parameter findings: those of the whole host come first; they are sorted by severity.
    package init(_ findings: [Finding]) {
        self.findings = Finding.Severity.allCases.flatMap { severity in findings.filter { $0.severity == severity } }
    }

    package var hasErrors: Bool { findings.contains { $0.severity == .error } }
}
