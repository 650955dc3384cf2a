import Deploy
import Rules

/// What `berth init` found, did, and leaves to a person.
struct SetupAnswer: Answer {
    struct Item: Encodable {
        enum Outcome: String, Encodable, CaseIterable {
            /// It was right before.
            case right
            /// It would be done.
            case planned
            case done
            case failed
            /// A step before it failed.
            case notReached = "not-reached"
            /// A person must see to it.
            case open
        }

        let subject: String
        let text: String
        let outcome: Outcome
        /// Why it failed, and what to try.
        let problem: String?
    }

    /// How far the steps came.
    enum Progress: Equatable {
        case planned
        case done
        /// After so many steps the next one failed.
        case failed(after: Int, Failure)
    }

    /// Where CI's key is written, and what stands before it.
    struct Key: Encodable {
        let file: String
        let line: String
    }

    let app: AppName
    let items: [Item]
    /// What could fail the app's next drop; none of a dry run.
    let findings: [Finding]
    let authorizedKeys: Key
    let exitStatus: ExitStatus

    private enum CodingKeys: CodingKey {
        case app, items, findings, authorizedKeys
    }

    init(app: AppName, home: String, setup: Setup, progress: Progress, findings: Findings) {
        self.app = app
        var steps = 0
        items = setup.items.map { item in
            guard item.step != nil else {
                return Item(subject: item.subject, text: item.text, outcome: item.isOpen ? .open : .right, problem: nil)
            }
            let (outcome, problem) = progress.outcome(ofStep: steps)
            steps += 1
            return Item(subject: item.subject, text: item.text, outcome: outcome, problem: problem)
        }
        exitStatus = if case .failed(_, let failure) = progress { ExitStatus(failure.cause) } else { .success }
        self.findings = findings.findings
        authorizedKeys = Key(
            file: "\(home)/.ssh/authorized_keys",
            line: #"restrict,command="GITHUB_ACTIONS=true berth receive \#(app) --summary" ssh-ed25519 AAAA… name"#
        )
    }

    func passages(_ moments: Moments) -> [Passage] {
        let sections: [(Item.Outcome, String)] = [
            (.right, "Was right already:"), (.planned, "Would be done:"), (.done, "Done:"), (.failed, "Failed:"),
            (.notReached, "Not reached:"), (.open, "Left to you:"),
        ]
        let passages = sections.flatMap { outcome, title -> [Passage] in
            let found = items.filter { $0.outcome == outcome }
            return found.isEmpty ? [] : [.heading(title)] + found.flatMap(\.passages)
        }
        let said = findings.flatMap { $0.passages(in: $0.severity.rawValue) }
        return passages + (said.isEmpty ? [] : [.heading("berth check says of \(app):")] + said) + [
            .heading(
                "CI's key gets a line in \(authorizedKeys.file), with the key itself in the place of ssh-ed25519 …:"
            ),
            .line("  \(authorizedKeys.line)"),
        ]
    }
}

extension SetupAnswer.Item {
    fileprivate var passages: [Passage] {
        [.line("  \(subject) \(text)")] + (problem.map { [.line("      \($0)")] } ?? [])
    }
}

extension SetupAnswer.Progress {
    /// - Parameter index: from 0.
    fileprivate func outcome(ofStep index: Int) -> (SetupAnswer.Item.Outcome, problem: String?) {
        switch self {
        case .planned: (.planned, nil)
        case .done: (.done, nil)
        case .failed(let count, let failure):
            index < count ? (.done, nil) : index == count ? (.failed, failure.reason) : (.notReached, nil)
        }
    }
}
