// Pure: values in, values out.

/// One thing that takes room in the Engine.
package enum Subject: Hashable, Sendable {
    /// By its ID, and every name that it has.
    case image(id: String, names: [String])
    /// Entries of the build cache, by their IDs.
    case buildCache([String])
    case volume(String)

    /// Where it lies.
    package var content: Filesystem.Content {
        switch self {
        case .image, .buildCache: .images
        case .volume: .volumes
        }
    }
}

/// Something that is to go, and why it may.
package struct Removal: Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        case dangling
        /// It belongs to a release of an app that is no longer kept.
        case superseded(app: String, number: Int)
        case unusedForADay
        case unused
        case unreferenced
    }

    package let subject: Subject
    package let reason: Reason
    /// What its removal frees, by an estimate; nil where nobody knows.
    package let bytes: Int64?
}

/// Something that stays, and why it has to.
package struct Kept: Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        case usedBy(container: String, isRunning: Bool)
        /// A release that its app can go back to, or a deployment that is under way.
        case release(app: String, number: Int, isUnderWay: Bool)
        /// The deployment that asks for room is about to use it.
        case needed
        /// Another deployment is under way, and has not said yet what it needs.
        case preparing(app: String)
        /// The app's records cannot all be read, or there are none.
        case unknown(app: String)
        case young
        case usedWithinADay
        case named
        case volumesStay
        /// An app's Compose file mentions it.
        case declared(app: String)
        case undeclarable
        /// It could not be removed.
        case refused
        /// There is room without it.
        case roomEnough
        case usageUnknown
    }

    package let subject: Subject
    package let reason: Reason
    package let bytes: Int64?
}

extension Removal.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .dangling: "dangling"
        case .superseded(let app, let number): "superseded release #\(number) of \(app)"
        case .unusedForADay: "unused for a day"
        case .unused: "unused"
        case .unreferenced: "anonymous, and nothing refers to it"
        }
    }
}

extension Kept.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .usedBy(let container, let isRunning):
            "container \(container), \(isRunning ? "running" : "not running"), uses it"
        case .release(let app, let number, isUnderWay: false): "release #\(number) of \(app) is kept"
        case .release(let app, let number, isUnderWay: true): "deployment #\(number) of \(app) is under way"
        case .needed: "the deployment that needs room uses it"
        case .preparing(let app): "a deployment of \(app) is under way, and may need it"
        case .unknown(let app): "the records of \(app) cannot all be read, or there are none"
        case .young: "younger than an hour"
        case .usedWithinADay: "used within the last day, or now"
        case .named: "a named volume"
        case .volumesStay: "volumes stay on this host (volumes = \"keep\")"
        case .declared(let app): "a Compose file of \(app) mentions it"
        case .undeclarable: "not every app's Compose file could be read"
        case .refused: "it could not be removed"
        case .roomEnough: "there is room without it"
        case .usageUnknown: "how full the disk is could not be read"
        }
    }
}
