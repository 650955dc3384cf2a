import DockerModel

extension ContainerSummary {
    /// Whether it is a service's own container, and runs.
    var isRunningReplica: Bool { labels.isReplica && status == .running }

    /// The name that it was made from, as long as this name stands for its image; nil once it has moved, for the Engine
    /// then shows the image's ID.
    var nameInUse: ImageReference? { image == imageID.rawValue ? nil : ImageReference(rawValue: image) }
}

/// The images of the app's containers that run.
///
/// They are on the host: the Engine has just resolved their names, and neither removes nor prunes an image by the name that a
/// running container was made from. By other names it may: with containerd's store, an image whose name has moved is not safe.
extension [ContainerSummary] {
    var imagesInUse: Set<ImageID> { Set(filter { $0.isRunningReplica && $0.nameInUse != nil }.map(\.imageID)) }

    var namesInUse: [ServiceName: [ImageReference: ImageID]] {
        reduce(into: [:]) { names, container in
            guard container.isRunningReplica, let service = container.labels.service, let name = container.nameInUse
            else { return }
            names[service, default: [:]][name] = container.imageID
        }
    }
}
