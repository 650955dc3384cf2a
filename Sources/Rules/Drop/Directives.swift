import DockerModel

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
