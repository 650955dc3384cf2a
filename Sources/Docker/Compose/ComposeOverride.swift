import DockerModel

/// A second Compose file, which is merged into that of a release for one command.
package struct ComposeOverride: Equatable, Sendable {
    /// The images of services, by ID instead of by name.
    package var images: [ServiceName: ImageID] = [:]
    /// The services whose images are not pulled.
    var unpulled: Set<ServiceName> = []
    /// The names on the host of the networks that Compose leaves as they are, by their names in the file.
    var networks: [String: String] = [:]

    package init(images: [ServiceName: ImageID]) {
        self.images = images
    }

    /// For a step before the switch: `docker compose run` asks no registry, and leaves the networks of the running app as
    /// they are.
    ///
    /// Without it, `run` pulls again if the service says `pull_policy: always`. Compose 2.31 to 5.3 also make a network
    /// anew that the release defines otherwise than the running one, and disconnect all containers.
    ///
    /// - Parameters:
    ///   - image: what the step runs in, whatever its name stands for by now. The images of other services stay as they
    ///     are named, because `up` would make their containers anew.
    ///   - existing: the names of the project's networks that the Engine has.
    package init(stepIn service: ServiceName, _ image: ImageID?, of model: ComposeModel, existing: Set<String>) {
        if let image { images[service] = image }
        unpulled = Set(model.services.filter { !$0.value.isProvided }.keys)
        networks = model.networks.filter { existing.contains($0.value) }
    }

    /// The file; YAML, because JSON cannot say `!override`.
    package func text() throws -> [UInt8] {
        var services: [String: JSON] = [:]
        for name in unpulled.union(images.keys) {
            var members: [String: JSON] = [:]
            if let image = images[name] { members["image"] = .string(image.rawValue) }
            if unpulled.contains(name) { members["pull_policy"] = .string("never") }
            services[name.rawValue] = .object(members)
        }
        var text = "services: \(try JSON.object(services).text)\n"
        if !networks.isEmpty { text += "networks:\n" }
        for (name, network) in networks.sorted(by: { $0.key < $1.key }) {
            // An external network may have no other keys, so the definition is replaced as a whole.
            let external = JSON.object(["name": .string(network), "external": .bool(true)])
            text += "  \(try JSON.string(name).text): !override \(try external.text)\n"
        }
        return Array(text.utf8)
    }
}

extension JSON {
    fileprivate var text: String {
        get throws { String(decoding: try bytes(), as: UTF8.self) }
    }
}
