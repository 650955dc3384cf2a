import DockerModel

/// The name of a line by which a drop asks something of berth itself.
package enum Directive: String, CaseIterable, Sendable {
    case request = "BERTH_REQUEST"
    case by = "BERTH_BY"
    case rollbackTo = "BERTH_ROLLBACK_TO"
    case rollback = "BERTH_ROLLBACK"
    case force = "BERTH_FORCE"

    /// A name that begins so and is none of these is refused.
    package static let prefix = "BERTH_"

    /// The values that it takes, each with what it asks for; a placeholder is in `*`.
    package var values: [(value: String, meaning: String)] {
        switch self {
        case .request:
            [
                (
                    "*name*",
                    """
                    CI's own name for this drop, such as the number of its run: 1 to 128 printable ASCII characters without \
                    spaces. By this name `berth wait` finds the deployment. It is in the record and in the journal.
                    """
                )
            ]
        case .by:
            [
                (
                    "*name*",
                    """
                    Who dropped it, as CI says: 1 to 128 printable ASCII characters without spaces. The record and the journal \
                    have it together with the user who owns the file, which only the kernel can tell.
                    """
                )
            ]
        case .rollbackTo:
            [
                (
                    "previous",
                    "Put the good release back that was there before the one that runs. No variable may stand beside it."
                ),
                ("*number*", "Put the release of this good deployment back. No variable may stand beside it."),
            ]
        case .rollback:
            [("never", "Do not go back if this release is not healthy, as `rollback: never` in the Compose file.")]
        case .force:
            [
                (
                    "1",
                    """
                    Deploy a release that was rolled back before, or one without a way back. Put an older release back \
                    across `rollback: never`. Accept that a service which ran all the time before ends with exit code 0. The \
                    first drop for an app that runs already without berth needs it.
                    """
                )
            ]
        }
    }
}

/// What a drop asks of berth itself; Compose does not get the directives.
package struct Directives: Equatable, Sendable, Codable {
    /// Which older release to deploy again, instead of a new one (`BERTH_ROLLBACK_TO`).
    package enum RollbackRequest: Equatable, Sendable {
        /// The good release before the one that runs.
        case previous
        case number(Int)
    }

    package var rollbackTo: RollbackRequest?
    /// Whether berth may roll back if the release is not healthy; false for `BERTH_ROLLBACK=never`.
    package var mayRollBack = true
    /// Whether to deploy a release that was rolled back before, or that has no way back (`BERTH_FORCE=1`).
    package var isForced = false

    package init() {}
}

extension Directives.RollbackRequest: TextCoded {
    package init?(coded text: String) {
        if text == "previous" {
            self = .previous
        } else if let number = Int(text), number > 0 {
            self = .number(number)
        } else {
            return nil
        }
    }

    package var coded: String {
        switch self {
        case .previous: "previous"
        case .number(let number): "\(number)"
        }
    }
}
