import Docker

/// A release that is to run: the drop's own, or an older one of the app.
struct Target: Sendable {
    let engine: Engine
    let model: ComposeModel
    let compose: Compose
    let policy: Policy
    /// The images that must run, by service; empty for a new release until they are pulled.
    var images: [ServiceName: Record.Release] = [:]

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
