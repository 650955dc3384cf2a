import Docker
import DockerModel
import Rules

/// A release to run: the one in the app's folder, or an older one on record.
struct Release: Sendable {
    private(set) var model: ComposeModel
    var compose: Compose
    let policy: Policy
    /// Its ``ReleaseDigest``; nil without a key.
    var digest: String?
    /// Which files in the app's folder belong to it.
    let files: FileScope
    /// The images that it is made of; empty for a new release until they are pulled.
    var images: [ImageUse: Record.Service] = [:]

    /// The images that containers of the release keep in use.
    var imagesInUse: Set<ImageID> {
        Set(
            images.filter { $0.key.isService && model.services[$0.key.service]?.replicas ?? 0 > 0 }.map(\.value.imageID)
        )
    }

    /// Leaves out what may hold values of variables; the policy was read from it already.
    mutating func forgetValues() {
        model = model.withoutExtensions
        compose = Compose(directory: compose.directory, environment: [:])
    }

    /// Whether each image is named by its digest, so that the model says which images they are.
    var isFixed: Bool { model.images.values.allSatisfy { $0.digest != nil } }

    /// The names that its images must have before it starts.
    var namePlan: NamePlan {
        NamePlan(
            images: images.mapValues(\.imageID),
            recorded: images.mapValues(\.image),
            today: model.images
        )
    }

    /// What the gate expects.
    var expectations: [ServiceName: Gate.Expectation] {
        let ending = model.endingServices
        return model.services.reduce(into: [:]) { expected, service in
            guard let image = images[ImageUse(service.key)] else { return }
            expected[service.key] = Gate.Expectation(
                containers: service.value.replicas,
                imageID: image.imageID,
                isMeantToEnd: ending.contains(service.key)
            )
        }
    }

    /// How long `up` may take.
    var upLimit: Duration { model.upLimit(policy.health) }
}

/// A release that the app can go back to, proven to be complete.
struct WayBack: Sendable {
    let number: Int
    let release: Release
    let files: Snapshot
    /// Whether Compose was not asked again how it renders.
    let isRemembered: Bool
}
