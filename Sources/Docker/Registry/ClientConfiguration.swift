import DockerModel
import FoundationEssentials
import SystemPackage

/// The `config.json` of Docker's command line.
package enum ClientConfiguration {
    /// Adds a login to the host's configuration, and makes the result work in another folder.
    ///
    /// Every other login, credential helper, header and proxy keeps working.
    /// - Parameters:
    ///   - credential: The login to add; it replaces a login to the same registry.
    ///   - base: The host's own file; nil if it has none.
    ///   - pluginDirectory: The host's own `cli-plugins`, which Docker expects beside `config.json`.
    package static func adding(
        _ credential: RegistryCredential?,
        to base: [UInt8]?,
        pluginDirectory: FilePath?
    ) throws(ClientConfigurationError) -> [UInt8] {
        var configuration = try parse(base)
        // Contexts are stored in the original folder, and could select another Engine.
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

    /// The logins that the file itself holds, as Docker writes them; those that a helper keeps are not among them.
    package static func logins(in content: [UInt8]) throws(ClientConfigurationError) -> [RegistryCredential] {
        try parse(content)["auths"]?.members.sorted { $0.key < $1.key }.compactMap { address, login in
            guard let text = login["auth"].text.flatMap({ Data(base64Encoded: $0) }),
                let colon = text.firstIndex(of: UInt8(ascii: ":"))
            else { return nil }
            return RegistryCredential(
                registry: registry(at: address),
                username: String(decoding: text[..<colon], as: UTF8.self),
                secret: Secret(String(decoding: text[text.index(after: colon)...], as: UTF8.self))
            )
        } ?? []
    }

    /// The folders that the file names for plugins, before all others.
    package static func pluginFolders(in content: [UInt8]) throws(ClientConfigurationError) -> [FilePath] {
        try parse(content)["cliPluginsExtraDirs"]?.elements.compactMap(\.text).map { FilePath($0) } ?? []
    }

    /// The registry's domain in the key of a login, which may be a URL.
    private static func registry(at address: String) -> String {
        let rest = address.split(separator: "/").first { $0 != "https:" && $0 != "http:" } ?? ""
        return rest == "index.docker.io" ? "docker.io" : String(rest)
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

        // If a helper would be asked, an empty name for this registry makes Docker use this file.
        var helpers = configuration["credHelpers"]?.members ?? [:]
        if configuration["credsStore"] != nil || helpers[address] != nil {
            helpers[address] = .string("")
            configuration["credHelpers"] = .object(helpers)
        }
    }
}

/// The host's own `config.json` cannot be used.
package struct ClientConfigurationError: Error, Hashable, Sendable {
    package var subject: String { "Docker's config.json" }
    package let problem: String
    package var hint: String? { "repair or remove the file; docker login writes a new one" }
}
