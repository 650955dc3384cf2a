import DockerModel
import FoundationEssentials
import SystemPackage

/// The `config.json` of Docker's command line.
package enum ClientConfiguration {
    /// The host's own configuration, changed as little as it takes to use one more login from another folder.
    ///
    /// Every other login, credential helper, header and proxy goes on working.
    /// - Parameters:
    ///   - credential: The login to add, in place of one to the same registry.
    ///   - base: The host's own file; nil where it has none.
    ///   - pluginDirectory: The host's own `cli-plugins`, which Docker looks for beside `config.json`.
    package static func adding(
        _ credential: RegistryCredential?,
        to base: [UInt8]?,
        pluginDirectory: FilePath?
    ) throws(ClientConfigurationError) -> [UInt8] {
        var configuration = try parse(base)
        // The context lives in the folder that we leave, and could lead to another Engine.
        configuration["currentContext"] = nil
        if let pluginDirectory {
            let directories = configuration["cliPluginsExtraDirs"]?.elements ?? []
            configuration["cliPluginsExtraDirs"] = .array(directories + [.string(pluginDirectory.string)])
        }
        if let credential { add(credential, to: &configuration) }
        do {
            return try JSON.object(configuration).bytes()
        } catch {
            throw ClientConfigurationError(problem: "\(error)")
        }
    }

    private static func parse(_ base: [UInt8]?) throws(ClientConfigurationError) -> [String: JSON] {
        guard let base else { return [:] }
        guard let document = try? JSON(bytes: base) else { throw ClientConfigurationError(problem: "is not JSON") }
        guard case .object(let members) = document else { throw ClientConfigurationError(problem: "is not an object") }
        return members
    }

    private static func add(_ credential: RegistryCredential, to configuration: inout [String: JSON]) {
        let address = credential.serverAddress
        let login = Data("\(credential.username):\(credential.secret.reveal())".utf8).base64EncodedString()
        var logins = configuration["auths"]?.members ?? [:]
        logins[address] = .object(["auth": .string(login)])
        configuration["auths"] = .object(logins)

        // Where a helper would be asked, a nameless one for this registry leads back to this file.
        var helpers = configuration["credHelpers"]?.members ?? [:]
        if configuration["credsStore"] != nil || helpers[address] != nil {
            helpers[address] = .string("")
            configuration["credHelpers"] = .object(helpers)
        }
    }
}

/// The host's own `config.json` cannot be built upon.
package struct ClientConfigurationError: Error, Hashable, Sendable {
    package var subject: String { "Docker's config.json" }
    package let problem: String
    package var hint: String? { "mend or remove the file; docker login writes a new one" }
}
