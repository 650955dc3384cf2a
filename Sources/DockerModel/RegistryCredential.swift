/// A login for a registry.
package struct RegistryCredential: Hashable, Sendable {
    /// The registry's domain with its port; `docker.io` for Docker Hub.
    package let registry: String
    package let username: String
    package let secret: Secret

    package init(registry: String, username: String, secret: Secret) {
        self.registry = registry
        self.username = username
        self.secret = secret
    }

    /// The key under which Docker stores the login; for Docker Hub it is a historical URL.
    package var serverAddress: String { registry == "docker.io" ? "https://index.docker.io/v1/" : registry }
}
