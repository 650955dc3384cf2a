import DockerModel
import FoundationEssentials

extension ComposeModel {
    /// The paths of each `env_file` in the model before Compose puts variables into it; the model with values has only
    /// what was in them.
    package static func environmentFiles(in template: JSON) -> [String] {
        let services = template["services"].members.values.map { $0["env_file"] }
        return services.flatMap { files in files.elements.isEmpty ? [files] : files.elements }.compactMap { file in
            guard case .string(let path) = file["path"] == .null ? file : file["path"] else { return nil }
            return path
        }
    }

    /// Decodes the output of `docker compose config --format json`.
    package init(json: [UInt8]) throws(ComposeModelError) {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(Self.undoubled(json)))
        } catch {
            throw ComposeModelError(subject: "docker compose config", problem: error.reason)
        }
    }

    /// The output with each `$` as Compose's users mean it: Compose prints it twice, so that the output can be read as a
    /// Compose file again.
    package static func undoubled(_ output: [UInt8]) -> [UInt8] {
        let dollar = UInt8(ascii: "$")
        var text: [UInt8] = []
        text.reserveCapacity(output.count)
        var isSecond = false
        for byte in output {
            isSecond = byte == dollar && !isSecond
            if byte != dollar || isSecond { text.append(byte) }
        }
        return text
    }

    /// Decodes the value under a top-level extension key such as `x-name`; nil if the file has none.
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

/// The Compose model is not what berth expects.
package struct ComposeModelError: Error, Hashable, Sendable {
    package let subject: String
    package let problem: String
    package var hint: String? { "check the output of docker compose config in the project folder" }
}
