import Docker
import DockerModel
import Linux
import Rules

/// A release that is to run: the drop's own, or an older one of the app.
struct Target: Sendable {
    let engine: Engine
    let model: ComposeModel
    let compose: Compose
    let policy: Policy
    /// The images that must run, by service; empty for a new release until they are pulled.
    var images: [ServiceName: Record.Release] = [:]

    /// How Compose names a service's image, also one that only has a `build`.
    func reference(_ service: ServiceName) -> ImageReference {
        model.services[service]?.image ?? ImageReference(rawValue: "\(model.name)-\(service)")
    }

    /// What its images must be called before it is started.
    var namePlan: NamePlan {
        NamePlan(
            images: images.reduce(into: [:]) { $0[$1.key.rawValue] = $1.value.imageID.rawValue },
            recorded: images.reduce(into: [:]) { $0[$1.key.rawValue] = $1.value.image.rawValue },
            today: model.services.reduce(into: [:]) { $0[$1.key.rawValue] = $1.value.image?.rawValue }
        )
    }

    /// What the gate is to find.
    var expectations: [String: Gate.Expectation] {
        model.services.reduce(into: [:]) { expected, service in
            guard let release = images[service.key] else { return }
            expected[service.key.rawValue] = Gate.Expectation(
                containers: service.value.replicas,
                imageID: release.imageID.rawValue
            )
        }
    }
}
