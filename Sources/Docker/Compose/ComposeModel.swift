import FoundationEssentials

/// What matters of the model that `docker compose config --format json` prints.
///
/// Compose has merged, interpolated and checked it, and left out the services whose profile is not active.
package struct ComposeModel: Decodable, Hashable, Sendable {
    package let name: ProjectName
    package let services: [ServiceName: Service]
    /// The top-level members whose names begin with `x-`.
    private let extensions: [String: JSON]

    package struct Service: Hashable, Sendable {
        /// Nil for a service that is only built.
        package let image: ImageReference?
        /// How many containers it has, from `deploy.replicas` or `scale`; 0 is none.
        package let replicas: Int
    }

    /// Reads what `docker compose config --format json` printed.
    package init(json: [UInt8]) throws(ComposeModelError) {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(json))
        } catch {
            throw ComposeModelError(subject: "docker compose config", problem: error.reason)
        }
    }

    /// Decodes the value under a top-level extension key such as `x-name`; nil where the file has none.
    package func policy<Policy: Decodable>(
        _ type: Policy.Type,
        key: String
    ) throws(ComposeModelError) -> Policy? {
        guard let value = extensions[key], value != .null else { return nil }
        do {
            return try value.decode(as: type)
        } catch {
            throw ComposeModelError(subject: "\(key) in the Compose file", problem: error.reason)
        }
    }
}

/// The model does not say what it should.
package struct ComposeModelError: Error, Hashable, Sendable, CustomStringConvertible {
    package let subject: String
    package let problem: String
    package var hint: String { "look at what docker compose config prints in the project folder" }
    package var description: String { "\(subject): \(problem) (\(hint))" }
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
