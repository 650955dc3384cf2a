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
        replicas = try service.optionalObject("deploy")?.optional("replicas") ?? service.optional("scale") ?? 1
    }
}
