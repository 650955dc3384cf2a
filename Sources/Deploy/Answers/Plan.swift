import DockerModel
import Rules

/// What a drop would do to an app, as the checks find it now.
package struct Plan: Encodable, Sendable {
    package let app: AppName
    /// `refused`; nil if the deployment would go ahead.
    package private(set) var verdict: Verdict?
    /// Why it would be refused, as a record says it.
    package private(set) var cause: Cause?
    package private(set) var reason: String?
    package private(set) var hint: String?
    /// The release that `BERTH_ROLLBACK_TO` asks for; nil for a new one.
    package var putsBack: GoodRelease?
    /// Sorted by name; those that would be removed come last.
    package var services: [Service] = []
    /// The images beside those of the services, sorted by use.
    package var images: [Image] = []
    /// Those before the switch come first.
    package var steps: [Step] = []
    /// Where a release that is not healthy would go back to.
    package var wayBack: GoodRelease?
    /// Why there is no way back.
    package var noWayBack: String?
    /// How what runs, and what was delivered, differs from the last good release.
    package var drift: [Drift.Difference] = []
    /// Nil if nothing would be pulled.
    package var room: Room?

    package init(app: AppName) {
        self.app = app
    }

    /// Notes that the drop would be refused.
    package mutating func refuse(_ failure: Failure) {
        verdict = .refused
        cause = failure.cause
        reason = failure.reason
        hint = failure.hint
    }

    /// A release on record.
    package struct GoodRelease: Encodable, Sendable {
        package let number: Int
        package let imageTag: String?
        package let images: [ImageUse: ImageID]
    }

    package struct Service: Encodable, Sendable {
        package let service: ServiceName
        package let action: Action
        /// As Compose names the image; nil for a service that would be removed.
        package var image: ImageReference?
        /// The image that this name has on the host now, or that the older release has; nil if there is none.
        package var imageID: ImageID?
        package var revision: String?
        /// The image of the containers that the service has now, running or not; nil if it has none.
        package var now: Present?
    }

    package enum Action: String, Encodable, Sendable, CaseIterable {
        /// The service is new.
        case add
        /// The image is pulled anew, under a name that the containers do not have.
        case change
        /// The image is pulled anew under the same name, which may bring another one.
        case refresh
        /// An image of the older release takes the place of another one.
        case putBack
        /// The containers have the older release's image already.
        case stay
        /// Its containers are removed.
        case remove
    }

    /// An image of a volume or a hook.
    package struct Image: Encodable, Sendable {
        package let use: ImageUse
        package let image: ImageReference
        /// The image that this name has on the host now, or that the older release has; nil if there is none.
        package let imageID: ImageID?

        package init(use: ImageUse, image: ImageReference, imageID: ImageID?) {
            self.use = use
            self.image = image
            self.imageID = imageID
        }
    }

    /// What a service's containers were made from.
    package struct Present: Encodable, Sendable {
        package let image: ImageReference
        package let imageID: ImageID
        package let revision: String?
    }

    package struct Step: Encodable, Sendable {
        package let name: String
        package let when: Policy.Step.Moment
        package let service: ServiceName
        package let `in`: Policy.Step.Place
        /// The step whose backup it reads.
        package var input: String?
        /// The file that its backup would be, if no other drop comes first.
        package var output: String?
    }

    /// What would be pruned: dangling images after the verdict, all else before the pull.
    package struct Room: Encodable, Sendable {
        package let report: PruneReport

        package func encode(to encoder: any Encoder) throws {
            let document = PruneDocument(report)
            var container = encoder.container(keyedBy: Name.self)
            try container.encodeIfPresent(document.before, forKey: "filesystems")
            try container.encode(document.removals, forKey: "removals")
        }
    }
}
