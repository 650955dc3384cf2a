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

extension Directives.RollbackRequest: Codable {
    package init?(_ text: String) {
        if text == "previous" {
            self = .previous
        } else if let number = Int(text), number > 0 {
            self = .number(number)
        } else {
            return nil
        }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let target = Self(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a deployment: \(text)")
        }
        self = target
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .previous: try container.encode("previous")
        case .number(let number): try container.encode("\(number)")
        }
    }
}
