import Docker

/// Why a phase of a deployment could not be completed.
package struct Failure: Error, Equatable, Sendable {
    /// What went wrong and with what, in a sentence.
    package let problem: String
    /// What to try.
    package let hint: String
    /// What the Engine says of the containers to blame.
    package let evidence: [Evidence]

    package init(_ problem: String, hint: String, evidence: [Evidence] = []) {
        self.problem = problem
        self.hint = hint
        self.evidence = evidence
    }

    package var reason: String { problem + "; " + hint }
}
