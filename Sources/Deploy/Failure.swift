import Docker

/// Why a phase of a deployment could not be completed.
package struct Failure: Error, Equatable, Sendable {
    /// What went wrong and with what, in a sentence.
    package let problem: String
    /// What to try.
    package let hint: String
    /// What the Engine says of the containers to blame.
    package let evidence: [Evidence]
    /// Where it means something else than what its phase's failure means.
    package let verdict: Verdict?

    package init(_ problem: String, hint: String, evidence: [Evidence] = [], verdict: Verdict? = nil) {
        self.problem = problem
        self.hint = hint
        self.evidence = evidence
        self.verdict = verdict
    }

    package var reason: String { problem + "; " + hint }
}
