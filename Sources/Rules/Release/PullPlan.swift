import DockerModel

/// What a deployment pulls: every image of the release, unless the Compose file forbids it or it could bring nothing new.
package struct PullPlan: Equatable, Sendable {
    /// The services whose own images `docker compose pull` brings.
    package let services: [ServiceName]
    /// The images that it leaves out: those of volumes and hooks. Compose 5.4 and later would bring those of hooks, too.
    package let others: [ImageReference]
    /// Whether these are all services that have an image to pull.
    package let isWhole: Bool

    package var isEmpty: Bool { services.isEmpty && others.isEmpty }

    /// - Parameter settled: the images on the host that a pull cannot change.
    package init(_ model: ComposeModel, settled: Set<ImageReference>) {
        let pullable = model.services.filter { $0.value.image != nil }
        let pulled = pullable.filter { service in
            service.value.mayBePulled && service.value.image.map { !settled.contains($0) } == true
        }
        services = pulled.keys.sorted()
        isWhole = pulled.count == pullable.count
        let brought = Set(pulled.values.compactMap(\.image)).union(settled)
        let needed = model.images.filter { use, image in
            !use.isService && model.services[use.service]?.mayBePulled == true && !brought.contains(image)
        }
        others = Set(needed.values).sorted()
    }

    /// Whether it brings this image.
    package func brings(_ image: ImageReference, of model: ComposeModel) -> Bool {
        others.contains(image) || services.contains { model.services[$0]?.image == image }
    }
}

extension ComposeModel.Service {
    /// Whether the Compose file lets a pull bring its images.
    fileprivate var mayBePulled: Bool { pullPolicy != "never" && pullPolicy != "build" }
}
