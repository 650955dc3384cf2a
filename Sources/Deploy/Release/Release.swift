import Docker
import DockerModel
import Rules

/// What is to run: the release in the app's folder, or an older one on record.
struct Release: Sendable {
    let model: ComposeModel
    let compose: Compose
    let policy: Policy
    /// The images that must run, by service; empty for a new release until they are pulled.
    var images: [ServiceName: Record.Service] = [:]

    /// How Compose names a service's image, also one that only has a `build`.
    func reference(_ service: ServiceName) -> ImageReference {
        model.services[service]?.image ?? ImageReference(rawValue: "\(model.name)-\(service)")
    }

    /// What its images must be called before it is started.
    var namePlan: NamePlan {
        NamePlan(
            images: images.mapValues(\.imageID),
            recorded: images.mapValues(\.image),
            today: model.services.compactMapValues(\.image)
        )
    }

    /// What the gate is to find.
    var expectations: [ServiceName: Gate.Expectation] {
        model.services.reduce(into: [:]) { expected, service in
            guard let image = images[service.key] else { return }
            expected[service.key] = Gate.Expectation(containers: service.value.replicas, imageID: image.imageID)
        }
    }
}

/// A release that the app can go back to, proven to be there.
struct WayBack: Sendable {
    let number: Int
    let release: Release
}
