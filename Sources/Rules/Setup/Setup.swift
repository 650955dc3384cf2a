/// What sets an app up: a list of steps, each with what it is about, and whether it is needed.
package struct Setup: Equatable, Sendable {
    /// One thing that must be so.
    package struct Item: Equatable, Sendable {
        package let subject: String
        /// What was found, or what is to be.
        package let text: String
        /// Nil if nothing is done: it is right, or a person must see to it.
        package let step: Step?
        /// Whether a person must see to it.
        package let isOpen: Bool

        static func right(_ subject: String, _ text: String) -> Item {
            Item(subject: subject, text: text, step: nil, isOpen: false)
        }

        static func open(_ subject: String, _ text: String) -> Item {
            Item(subject: subject, text: text, step: nil, isOpen: true)
        }

        static func needed(_ subject: String, _ text: String, _ step: Step) -> Item {
            Item(subject: subject, text: text, step: step, isOpen: false)
        }
    }

    package enum Step: Equatable, Sendable {
        case makeUser(String)
        /// Makes the spool, or gives the one that is there its owner, group and mode.
        case ownSpool(String, owner: String)
        /// Gives a file of the app's folder, or the folder, to group berth, and the group these rights more.
        case share(SetupFacts.File, UInt32)
        case write(String, text: String)
        case reloadAgent
    }

    package let items: [Item]

    package var steps: [Step] { items.compactMap(\.step) }
}
