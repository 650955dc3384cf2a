import DockerModel

/// A second Compose file, which is merged into that of a release for one command.
package struct ComposeOverride: Equatable, Sendable {
    /// The images of services, by ID instead of by name.
    package var images: [ServiceName: ImageID] = [:]
    /// The services whose images are not pulled.
    var unpulled: Set<ServiceName> = []
    /// What services depend on, instead of what the file says.
    var dependencies: [ServiceName: [ServiceName: ComposeModel.Condition]] = [:]
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
        // Others would be made anew; see ``Compose/start(_:isAwaited:within:)``.
        let providers = model.providers(of: service)
        if !providers.isEmpty { dependencies[service] = providers }
        unpulled = Set(model.services.filter { !$0.value.isProvided }.keys)
        networks = model.networks.filter { existing.contains($0.value) }
    }

    /// The file; YAML, because JSON cannot say `!override`.
    package func text() throws -> [UInt8] {
        let services = try unpulled.union(images.keys).sorted().map { name in
            "\(try JSON.string(name.rawValue).text):{\(try members(of: name).joined(separator: ","))}"
        }
        var text = "services: {\(services.joined(separator: ","))}\n"
        if !networks.isEmpty { text += "networks:\n" }
        for (name, network) in networks.sorted(by: { $0.key < $1.key }) {
            // An external network may have no other keys, so the definition is replaced as a whole.
            let external = JSON.object(["name": .string(network), "external": .bool(true)])
            text += "  \(try JSON.string(name).text): !override \(try external.text)\n"
        }
        return Array(text.utf8)
    }

    private func members(of service: ServiceName) throws -> [String] {
        var members: [String] = []
        if let image = images[service] { members.append("\"image\":\(try JSON.string(image.rawValue).text)") }
        if unpulled.contains(service) { members.append("\"pull_policy\":\"never\"") }
        if let conditions = dependencies[service] {
            let all = conditions.map { ($0.key.rawValue, JSON.object(["condition": .string($0.value.rawValue)])) }
            let text = try JSON.object(Dictionary(all) { one, _ in one }).text
            members.append("\"depends_on\": !override \(text)")
        }
        return members
    }
}

extension JSON {
    fileprivate var text: String {
        get throws { String(decoding: try bytes(), as: UTF8.self) }
    }
}
