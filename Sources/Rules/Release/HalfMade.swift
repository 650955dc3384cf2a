import DockerModel

extension [ContainerSummary] {
    /// Those that Compose has made to replace others of the list, and has not started. Until the other one is removed, such a
    /// container has the name `<first 12 digits of the other's ID>_<name>` (docker/compose, `convergence.go`); afterwards it
    /// alone has the service's anonymous volumes.
    package var halfMade: [ContainerSummary] {
        filter { made in
            made.status == .created && made.labels.isReplica
                && contains { other in
                    other.id != made.id && made.names.contains { $0.hasPrefix(other.id.rawValue.prefix(12) + "_") }
                }
        }
    }
}
