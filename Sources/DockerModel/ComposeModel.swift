/// The part that berth uses of the model that `docker compose config --format json` prints.
///
/// Compose has merged, interpolated and validated it, and left out the services of inactive profiles.
package struct ComposeModel: Decodable, Hashable, Sendable {
    package let name: ProjectName
    package let services: [ServiceName: Service]
    /// The names on the host of the networks that Compose makes for the project, by their names in the file.
    package let networks: [String: String]
    /// The absolute paths of the configs that have a `file`, by name.
    package let configFiles: [String: String]
    /// The absolute paths of the secrets that have a `file`.
    package let secretFiles: [String]
    /// The top-level members whose names begin with `x-`.
    package private(set) var extensions: [String: JSON]

    package var withoutExtensions: ComposeModel {
        var model = self
        model.extensions = [:]
        return model
    }

    package struct Service: Hashable, Sendable {
        /// Nil if the service has only a `build`, or a provider.
        package let image: ImageReference?
        /// The number of containers, from `deploy.replicas` or `scale`.
        package let replicas: Int
        /// What Compose waits for before it starts the service.
        package let dependencies: [ServiceName: Condition]
        /// Nil if the Compose file has none; the image may have one.
        package let healthcheck: Healthcheck?
        /// The images that it names beside its own: those of volumes of type `image` by the volume's target, those of
        /// hooks as `pre_start.0`.
        package let otherImages: [String: ImageReference]
        /// Whether something else than a container provides the service; it has no image then.
        package let isProvided: Bool
        /// `always`, `missing`, `never`, `build`, …; nil if the file does not say.
        package let pullPolicy: String?
        /// The files and folders of the host that it mounts.
        package let binds: [Bind]
        /// The names of its configs.
        package let configs: [String]
        /// Whether a port of it is to be reachable at the host.
        package let publishesPorts: Bool
    }

    /// A file or folder of the host in a container (`type: bind`).
    package struct Bind: Hashable, Sendable {
        /// Absolute.
        package let source: String
        package let isReadOnly: Bool

        package init(source: String, isReadOnly: Bool) {
            self.source = source
            self.isReadOnly = isReadOnly
        }
    }

    /// What Compose waits for in a service before it starts another that depends on it.
    package enum Condition: String, Sendable {
        case started = "service_started"
        case healthy = "service_healthy"
        case completed = "service_completed_successfully"
    }
}

extension ComposeModel {
    /// All images that the release is made of.
    package var images: [ImageUse: ImageReference] {
        services.reduce(into: [:]) { images, entry in
            let (name, service) = entry
            if !service.isProvided { images[ImageUse(name)] = service.image ?? builtImage(of: name) }
            // From Compose 5 on, a volume may have the image of another service, by that service's name.
            for (place, image) in service.otherImages where services[ServiceName(rawValue: image.rawValue)] == nil {
                images[ImageUse(name, at: place)] = image
            }
        }
    }

    /// The keys of a service's hooks, which may have images of their own.
    static let hooks = ["pre_start", "post_start", "pre_stop"]

    /// Compose's name for the image of a service that has only a `build`.
    private func builtImage(of service: ServiceName) -> ImageReference {
        ImageReference(rawValue: "\(name)-\(service)")
    }
}

extension ComposeModel {
    package init(from decoder: any Decoder) throws {
        let model = try decoder.members()
        name = try model.value("name")
        services = try model.optional("services") ?? [:]
        let networks: [String: JSON] = try model.optional("networks") ?? [:]
        self.networks = networks.compactMapValues { network in
            guard network["external"] != .bool(true), case .string(let name) = network["name"] else { return nil }
            return name
        }
        configFiles = (try model.optional("configs") as [String: Source]?)?.compactMapValues(\.file) ?? [:]
        secretFiles = (try model.optional("secrets") as [String: Source]?)?.values.compactMap(\.file).sorted() ?? []
        let extensionNames = model.allKeys.filter { $0.stringValue.hasPrefix("x-") }
        extensions = try Dictionary(uniqueKeysWithValues: extensionNames.map { ($0.stringValue, try model.value($0)) })
    }
}

extension ComposeModel.Service: Decodable {
    package init(from decoder: any Decoder) throws {
        let service = try decoder.members()
        image = try service.optional("image")
        replicas = try service.optionalObject("deploy")?.count("replicas") ?? service.count("scale") ?? 1
        healthcheck = try service.optionalObject("healthcheck").flatMap(Healthcheck.init(compose:))
        isProvided = try image == nil && service.optionalObject("provider") != nil
        pullPolicy = try service.optional("pull_policy")
        dependencies = try Self.dependencies(of: service)
        otherImages = try Self.otherImages(of: service)
        binds = try (service.optional("volumes") ?? [] as [Mount]).compactMap(\.bind)
        configs = try (service.optional("configs") ?? [] as [Grant]).map(\.source)
        publishesPorts = try (service.optional("ports") ?? [JSON]()).isEmpty == false
    }

    /// One of the `volumes` of a service.
    private struct Mount: Decodable {
        let bind: ComposeModel.Bind?

        init(from decoder: any Decoder) throws {
            let mount = try decoder.members()
            let source: String? = try mount.optional("source")
            guard try mount.value("type") == "bind", let source else {
                bind = nil
                return
            }
            bind = ComposeModel.Bind(source: source, isReadOnly: try mount.optional("read_only") ?? false)
        }
    }

    /// A config that a service uses.
    private struct Grant: Decodable {
        let source: String
    }

    private static func dependencies(
        of service: KeyedDecodingContainer<Name>
    ) throws -> [ServiceName: ComposeModel.Condition] {
        guard let dependencies = try service.optionalObject("depends_on") else { return [:] }
        let conditions = try dependencies.allKeys.map { name in
            let condition: String? = try dependencies.object(name).optional("condition")
            let known = condition.flatMap(ComposeModel.Condition.init) ?? .started
            return (ServiceName(rawValue: name.stringValue), known)
        }
        return Dictionary(conditions) { one, _ in one }
    }

    private static func otherImages(of service: KeyedDecodingContainer<Name>) throws -> [String: ImageReference] {
        var others: [String: ImageReference] = [:]
        for volume in try service.optional("volumes") ?? [JSON]() where volume["type"] == .string("image") {
            guard case .string(let image) = volume["source"], case .string(let target) = volume["target"] else {
                continue
            }
            others[target] = ImageReference(rawValue: image)
        }
        for hook in ComposeModel.hooks {
            for (index, command) in (try service.optional(Name(stringValue: hook)) ?? [JSON]()).enumerated() {
                guard case .string(let image) = command["image"] else { continue }
                others["\(hook).\(index)"] = ImageReference(rawValue: image)
            }
        }
        return others
    }
}

extension ComposeModel {
    /// The services that a service depends on, directly and through others, as far as the model has them.
    ///
    /// A service that anything awaits the end of counts as ``Condition/completed``.
    package func dependencies(of service: ServiceName) -> [ServiceName: Condition] {
        var found: [ServiceName: Condition] = [:]
        var open = [service]
        while let next = open.popLast() {
            for (name, condition) in services[next]?.dependencies ?? [:] where services[name] != nil {
                if found[name] == nil { open.append(name) }
                if found[name] != .completed { found[name] = condition }
            }
        }
        return found
    }

    /// The services whose successful end another service waits for.
    package var endingServices: Set<ServiceName> {
        Set(services.values.flatMap { $0.dependencies.filter { $0.value == .completed }.keys })
    }

    /// A config or a secret; others come from a variable, from text in the Compose file, or from outside.
    private struct Source: Decodable {
        let file: String?
    }
}
