import Logging
import Rules
import Systemd

/// The fields that berth's journal lines have besides the journal's own. Every line is logged with these alone.
package enum JournalField: String, CaseIterable, Sendable {
    case app, deployment, request, by, phase, service, verdict, cause, imageTag

    /// What the names of all fields begin with.
    package static let prefix = "BERTH_"

    /// As the journal has it: `BERTH_IMAGE_TAG`.
    package var name: String { Journal.fieldName(for: rawValue, prefix: Self.prefix) }

    /// What the field holds, for the manual.
    package var meaning: String {
        switch self {
        case .app: "the app"
        case .deployment: "the deployment's number, on each of its lines"
        case .request: "CI's name for this drop, if it has one"
        case .by: "who dropped it, on the lines of its claim and of its verdict"
        case .phase: "the phase that the line belongs to"
        case .service: "the service of the app that the line is about"
        case .verdict: "the verdict, on the line that tells it"
        case .cause: "the cause, on the line of a verdict other than `deployed`; see `berth-causes`(7)"
        case .imageTag: "the drop's `IMAGE_TAG`, on the lines of its claim and of its verdict"
        }
    }
}

extension Logger.Metadata {
    init(_ fields: [JournalField: String]) {
        self = Dictionary(uniqueKeysWithValues: fields.map { ($0.key.rawValue, "\($0.value)") })
    }

    /// For a line about an app that belongs to none of its deployments.
    static func app(_ name: AppName) -> Self { Self([.app: "\(name)"]) }
}
