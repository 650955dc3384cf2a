/// Who logs in to a registry, and with what.
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

    /// The name under which Docker keeps the login: that of Docker Hub is older than domains.
    package var serverAddress: String { registry == "docker.io" ? "https://index.docker.io/v1/" : registry }
}
