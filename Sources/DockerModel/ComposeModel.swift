/// The part that berth uses of the model that `docker compose config --format json` prints.
///
/// Compose has merged, interpolated and validated it, and left out the services of inactive profiles.
package struct ComposeModel: Decodable, Hashable, Sendable {
    package let name: ProjectName
    package let services: [ServiceName: Service]
    /// The top-level members whose names begin with `x-`.
    package let extensions: [String: JSON]

    package struct Service: Hashable, Sendable {
        /// Nil if the service has only a `build`.
        package let image: ImageReference?
        /// The number of containers, from `deploy.replicas` or `scale`.
        package let replicas: Int
        /// What Compose waits for before it starts the service.
        package let dependencies: [ServiceName: Condition]
        /// Nil if the Compose file has none; the image may have one.
        package let healthcheck: Healthcheck?
    }

    /// What Compose waits for in a service before it starts another that depends on it.
    package enum Condition: String, Sendable {
        case started = "service_started"
        case healthy = "service_healthy"
        case completed = "service_completed_successfully"
    }
}

extension ComposeModel {
    package init(from decoder: any Decoder) throws {
        let model = try decoder.members()
        name = try model.value("name")
        services = try model.optional("services") ?? [:]
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
        let dependencies = try service.optionalObject("depends_on")
        let conditions = try dependencies?.allKeys.map { name in
            let condition: String? = try dependencies?.object(name).optional("condition")
            let known = condition.flatMap(ComposeModel.Condition.init) ?? .started
            return (ServiceName(rawValue: name.stringValue), known)
        }
        self.dependencies = Dictionary(conditions ?? []) { one, _ in one }
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
}
