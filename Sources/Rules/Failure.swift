/// An error that a person is to read.
package protocol Explained: Error, Sendable, CustomStringConvertible {
    var cause: Cause { get }
    /// What it is about.
    var subject: String { get }
    /// What is wrong with it.
    var problem: String { get }
    /// What to try; nil if there is nothing to do.
    var hint: String? { get }
    /// Subject and problem, in one sentence.
    var sentence: String { get }
}

extension Explained {
    package var sentence: String { subject.isEmpty ? problem : "\(subject) \(problem)" }

    /// Subject, problem, and what to try.
    package var reason: String { hint.map { "\(sentence); \($0)" } ?? sentence }

    package var description: String { reason }
}

/// Why a phase of a deployment could not be completed.
package struct Failure: Explained, Equatable {
    package let cause: Cause
    package let subject: String
    package let problem: String
    package let hint: String?
    /// What the Engine says of the containers to blame.
    package let evidence: [Evidence]

    package init(_ cause: Cause, _ subject: String, _ problem: String, hint: String?, evidence: [Evidence] = []) {
        self.cause = cause
        self.subject = subject
        self.problem = problem
        self.hint = hint
        self.evidence = evidence
    }

    /// - Parameter cause: if it says more than the error's own.
    package init(_ error: some Explained, as cause: Cause? = nil) {
        self.init(cause ?? error.cause, "", error.sentence, hint: error.hint)
    }

    /// The same failure as the reason for a larger one; its hint stays.
    package func within(_ subject: String, as cause: Cause) -> Failure {
        Failure(cause, subject, sentence, hint: hint, evidence: evidence)
    }

    package func with(_ evidence: [Evidence]) -> Failure {
        Failure(cause, subject, problem, hint: hint, evidence: self.evidence + evidence)
    }
}

/// Why the story of a deployment ends before its last phase.
package enum Setback: Error, Equatable {
    case failed(Phase, Failure)
    /// The agent was told to stop.
    case interrupted(Phase)
}
