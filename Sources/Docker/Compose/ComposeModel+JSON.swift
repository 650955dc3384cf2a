import DockerModel
import FoundationEssentials

extension ComposeModel {
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
package struct ComposeModelError: Error, Hashable, Sendable {
    package let subject: String
    package let problem: String
    package var hint: String? { "look at what docker compose config prints in the project folder" }
}
