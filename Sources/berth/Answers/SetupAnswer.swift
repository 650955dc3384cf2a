import Deploy
import Rules

/// What `berth init` found, did, and leaves to a person.
struct SetupAnswer: Answer {
    struct Item: Encodable {
        enum Outcome: String, Encodable {
            /// It was right before.
            case right
            /// It would be done.
            case planned
            case done
            /// A person must see to it.
            case open
        }

        let subject: String
        let text: String
        let outcome: Outcome
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

    init(app: AppName, home: String, setup: Setup, isPlanned: Bool, findings: Findings) {
        self.app = app
        items = setup.items.map { item in
            let outcome: Item.Outcome = item.isOpen ? .open : item.step == nil ? .right : isPlanned ? .planned : .done
            return Item(subject: item.subject, text: item.text, outcome: outcome)
        }
        self.findings = findings.findings
        authorizedKeys = Key(
            file: "\(home)/.ssh/authorized_keys",
            line: #"restrict,command="GITHUB_ACTIONS=true berth receive \#(app) --summary" ssh-ed25519 AAAA… name"#
        )
    }

    var exitStatus: ExitStatus { .success }

    func passages(_ moments: Moments) -> [Passage] {
        let sections: [(Item.Outcome, String)] = [
            (.right, "Was right already:"), (.planned, "Would be done:"), (.done, "Done:"), (.open, "Left to you:"),
        ]
        let passages = sections.flatMap { outcome, title -> [Passage] in
            let found = items.filter { $0.outcome == outcome }
            return found.isEmpty ? [] : [.heading(title)] + found.map { .line("  \($0.subject) \($0.text)") }
        }
        return passages
            + (findings.isEmpty
                ? [] : [.heading("What could fail the next drop of \(app):")] + findings.flatMap(\.passages)) + [
                .heading(
                    "CI's key gets a line in \(authorizedKeys.file), with the key itself in the place of ssh-ed25519 …:"
                ),
                .line("  \(authorizedKeys.line)"),
            ]
    }
}
