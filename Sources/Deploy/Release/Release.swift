import Docker
import DockerModel
import Rules

/// A release to run: the one in the app's folder, or an older one on record.
struct Release: Sendable {
    let model: ComposeModel
    let compose: Compose
    let policy: Policy
    /// The images that it is made of; empty for a new release until they are pulled.
    var images: [ImageUse: Record.Service] = [:]

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
        model.services.reduce(into: [:]) { expected, service in
            guard let image = images[ImageUse(service.key)] else { return }
            expected[service.key] = Gate.Expectation(containers: service.value.replicas, imageID: image.imageID)
        }
    }
}

/// A release that the app can go back to, proven to be complete.
struct WayBack: Sendable {
    let number: Int
    let release: Release
}
