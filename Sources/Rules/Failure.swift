/// An error that a person reads.
package protocol Explained: Error, Sendable, CustomStringConvertible {
    var cause: Cause { get }
    /// What the error is about.
    var subject: String { get }
    /// What is wrong with it.
    var problem: String { get }
    /// What to try; nil if nothing needs to be done.
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
    /// The Engine's facts about the failing containers.
    package let evidence: [Evidence]

    package init(_ cause: Cause, _ subject: String, _ problem: String, hint: String?, evidence: [Evidence] = []) {
        self.cause = cause
        self.subject = subject
        self.problem = problem
        self.hint = hint
        self.evidence = evidence
    }

    /// - Parameter cause: replaces the error's own cause if it is more specific.
    package init(_ error: some Explained, as cause: Cause? = nil) {
        self.init(cause ?? error.cause, "", error.sentence, hint: error.hint)
    }

    /// Wraps this failure as the reason for a larger one; the hint stays.
    package func within(_ subject: String, as cause: Cause) -> Failure {
        Failure(cause, subject, sentence, hint: hint, evidence: evidence)
    }

    /// The same with a remark after its sentence.
    package func with(_ remark: String?) -> Failure {
        guard let remark else { return self }
        return Failure(cause, "", "\(sentence), and \(remark)", hint: hint, evidence: evidence)
    }

    package func with(_ evidence: [Evidence]) -> Failure {
        Failure(cause, subject, problem, hint: hint, evidence: self.evidence + evidence)
    }
}

/// Why a deployment ends before its last phase.
package enum Setback: Error, Equatable {
    case failed(Phase, Failure)
    /// The agent was told to stop.
    case interrupted(Phase)
}
